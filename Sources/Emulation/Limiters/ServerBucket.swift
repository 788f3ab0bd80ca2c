import Limits
import Timekeeping

/// A token bucket that refills continuously, exact to the nanosecond (limits-science.md, 2.1).
///
/// The level is kept in units of 1 / (nanoseconds of the rate's span) token, in which a
/// nanosecond refills exactly `rate.allow`: nothing is ever rounded.
public struct ServerBucket: UpstreamLimiter {
  /// Whether a refused arrival takes a token too, down to a debt of one full bucket.
  public let rejectsCount: Bool
  private let refill: Int128
  private let token: Int128
  private let capacity: Int128
  private var level: Int128
  private var latest: Instant?

  /// A full bucket of `burst` tokens.
  ///
  /// - Precondition: `burst` is at least 1.
  public init(rate: Rate, burst: Int, rejectsCount: Bool = false) {
    precondition(burst >= 1, "a bucket needs room for a token, not \(burst)")
    self.rejectsCount = rejectsCount
    refill = Int128(rate.allow)
    token = Int128(rate.per.wholeNanoseconds)
    capacity = token * Int128(burst)
    level = capacity
  }

  /// Counts one arrival.
  public mutating func arrive(at now: Instant, taking _: Duration) -> Verdict {
    level = level(at: now)
    latest = max(latest ?? now, now)
    let isAccepted = level >= token
    if isAccepted {
      level -= token
    } else if rejectsCount {
      level = max(level - token, -capacity)
    }
    return Verdict(
      isAccepted: isAccepted, remaining: Int(clamping: max(level, 0) / token),
      retryAfter: span(toRefill: token - level), untilClear: span(toRefill: capacity - level))
  }

  /// Whether the bucket is full.
  public func isIdle(at now: Instant) -> Bool { level(at: now) == capacity }

  private func level(at now: Instant) -> Int128 {
    let elapsed = max(0, now.nanoseconds(since: latest ?? now))
    return min(capacity, level + Int128(elapsed) * refill)
  }

  private func span(toRefill units: Int128) -> Duration {
    units <= 0 ? .zero : .nanoseconds(Int64(clamping: (units - 1) / refill + 1))
  }
}
