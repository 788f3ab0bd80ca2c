import Timekeeping

/// When a request arrives at a provider, by the provider's clocks.
public struct ArrivalMoment: Hashable, Sendable {
  /// The monotonic clock.
  public let now: Instant
  /// The same moment in civil time.
  public let wall: WallTime
  /// How long the provider works on the request before it answers.
  public let work: Duration

  /// A moment.
  public init(now: Instant, wall: WallTime, work: Duration = .zero) {
    self.now = now
    self.wall = wall
    self.work = work
  }

  /// Civil time as an instant, for windows that follow a calendar.
  var wallInstant: Instant { Instant(nanoseconds: wall.nanoseconds) }
  /// When the answer is ready.
  var ready: Instant { now + work }
}
