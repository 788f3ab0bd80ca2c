import Timekeeping

/// A least distance between two requests; every request counts once, whatever its cost.
///
/// From 1 s on the distance is counted from the response, one in flight at a time, which no delay
/// can break (limits-science.md 3.4). Below 1 s that would cost too much: it is counted from the
/// send.
public struct Spacing: Sendable {
  let interval: Int64
  private var next: Int64
  private var previous: Int64
  private(set) var inFlight = 0

  /// Spacing that lets the first request go at once.
  public init(every interval: Duration, at now: Instant) {
    self.interval = interval.wholeNanoseconds
    next = now.nanoseconds
    previous = next
  }

  var waitsForResponse: Bool { interval >= 1_000_000_000 }

  /// When the next request may go.
  public func availability(at now: Instant) -> Availability {
    if waitsForResponse && inFlight > 0 { return .afterResponse }
    return next <= now.nanoseconds ? .now : .at(Instant(nanoseconds: next))
  }

  /// Sends one request.
  public mutating func take(at now: Instant) {
    inFlight += 1
    guard !waitsForResponse else { return }
    previous = next
    next = now.nanoseconds.clampedAdding(interval)
  }

  /// The request has arrived by now.
  public mutating func settle(_ settlement: Settlement, at now: Instant) {
    guard settlement == .horizon || settlement == .response(late: false) else { return }
    inFlight -= 1
    if waitsForResponse { next = now.nanoseconds.clampedAdding(interval) }
  }

  /// The request, taken at `taken`, was provably never sent.
  public mutating func refund(taken: Instant, at now: Instant) {
    inFlight -= 1
    // Only the latest request's mark can be taken back; an earlier one's is already spent.
    if !waitsForResponse && next == taken.nanoseconds.clampedAdding(interval) { next = previous }
  }

  /// 1 when a request may go now, else 0.
  public func left(at now: Instant) -> Int { availability(at: now) == .now ? 1 : 0 }

  /// The earliest instant for the last of `count` requests, were answers immediate.
  public func instant(whenRoomFor count: Int, at now: Instant) -> Instant {
    let base =
      waitsForResponse && inFlight > 0
      ? now.nanoseconds.clampedAdding(interval) : max(next, now.nanoseconds)
    let ahead = interval.clampedMultiplied(by: Int64(max(0, count - 1)))
    return Instant(nanoseconds: base.clampedAdding(ahead))
  }

  /// Whether it holds no memory of any request.
  public func isFull(at now: Instant) -> Bool { inFlight == 0 && next <= now.nanoseconds }
}
