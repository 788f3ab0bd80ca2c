import Timekeeping

/// What few buckets have: a block, what answers said, strikes.
///
/// It is made when first needed.
@usableFromInline
final class BucketMemory {
  static let hour: Int64 = 3_600_000_000_000
  static let second: Int64 = 1_000_000_000

  var hold = Hold()
  @usableFromInline var isClean: Bool { hold.isClean }
  /// What answers' counters are compared with, once there were any.
  var trail: ObservationTrail?
  /// Units taken off the limit after unexplained refusals; each comes back after an hour.
  private(set) var cut = 0
  private var recovery = Int64.max
  private var latestStrike = Int64.min
  private var latestWidening = Int64.min

  /// Follows an unexplained refusal: more slack first, then a smaller limit.
  func struck(_ state: inout LimitState, at now: Instant) {
    // Refusals of one burst are one strike.
    guard now.nanoseconds.clampedSubtracting(latestStrike) > BucketMemory.second else { return }
    latestStrike = now.nanoseconds
    let isFirst = now.nanoseconds.clampedSubtracting(latestWidening) >= BucketMemory.hour
    if cut == 0, isFirst, state.change(LimitChanges.Widen()) ?? false {
      latestWidening = now.nanoseconds
      return
    }
    let capacity = state.capacity
    guard capacity > 1, capacity < .max else { return }
    var step = 1
    if case .concurrency = state { step = max(1, capacity / 10) }
    cut += step
    recovery = now.nanoseconds.clampedAdding(BucketMemory.hour)
    state.resize(to: capacity - step, at: now)
  }

  /// Halves the limit after a soft block; it comes back as after refusals.
  func halve(_ state: inout LimitState, at now: Instant) {
    let capacity = state.capacity
    guard capacity > 1, capacity < .max else { return }
    cut += capacity / 2
    recovery = now.nanoseconds.clampedAdding(BucketMemory.hour)
    state.resize(to: capacity - capacity / 2, at: now)
  }

  /// Gives back what was cut, one unit an hour.
  func recover(_ state: inout LimitState, at now: Instant) {
    guard cut > 0, now.nanoseconds >= recovery else { return }
    let hours = now.nanoseconds.clampedSubtracting(recovery) / BucketMemory.hour + 1
    let units = Int(min(Int64(cut), hours))
    cut -= units
    recovery = recovery.clampedAdding(Int64(units).clampedMultiplied(by: BucketMemory.hour))
    state.resize(to: state.capacity + units, at: now)
  }

  /// Follows a changed limit, still less what was cut.
  func resize(_ state: inout LimitState, to allow: Int, at now: Instant) {
    let allowed = max(1, allow)
    cut = min(cut, allowed - 1)
    state.resize(to: allowed - cut, at: now)
  }
}
