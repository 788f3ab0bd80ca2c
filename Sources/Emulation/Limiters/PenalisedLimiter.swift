import Timekeeping

/// A limiter that shuts when it is exceeded and stays shut longer the more it is hammered.
///
/// The first refusal shuts it for `penalty`, or for as long as the limiter itself has no room.
/// Arrivals while it is shut move the end to at least 2, 4, 8, ... 64 times `penalty` after them.
/// The first arrival after the end is judged as if nothing had been.
public struct PenalisedLimiter<Limiter: UpstreamLimiter>: UpstreamLimiter {
  private static var longest: Int64 { 64 }

  /// The limiter within.
  public var limiter: Limiter
  private let penalty: Duration?
  private let rejectsCount: Bool
  private var factor: Int64 = 1
  private var end: Instant?
  private var latest = Instant(nanoseconds: .min)

  /// A limiter that is open.
  ///
  /// - Parameters:
  ///   - penalty: nil leaves `limiter` as it is.
  ///   - rejectsCount: whether `limiter` counts arrivals while it is shut.
  public init(_ limiter: Limiter, penalty: Duration?, rejectsCount: Bool) {
    self.limiter = limiter
    self.penalty = penalty
    self.rejectsCount = rejectsCount
  }

  /// Counts one arrival.
  public mutating func arrive(at now: Instant, taking span: Duration) -> Verdict {
    guard let penalty else { return limiter.arrive(at: now, taking: span) }
    latest = max(latest, now)
    let now = latest
    if let end, now < end { return refuse(at: now, end: end, penalty: penalty) }
    let verdict = limiter.arrive(at: now, taking: span)
    factor = 1
    end = verdict.isAccepted ? nil : now + max(verdict.retryAfter, penalty)
    return extended(verdict, at: now)
  }

  /// Whether it is open and the limiter within is as a new one.
  public func isIdle(at now: Instant) -> Bool {
    (end.map { max(latest, now) >= $0 } ?? true) && limiter.isIdle(at: now)
  }

  private mutating func refuse(at now: Instant, end: Instant, penalty: Duration) -> Verdict {
    factor = min(PenalisedLimiter.longest, factor * 2)
    var later = max(end, now + .nanoseconds(clamped(penalty, times: factor)))
    var untilClear = later - now
    if rejectsCount {
      let verdict = limiter.arrive(at: now)
      later = max(later, now + verdict.retryAfter)
      untilClear = max(later - now, verdict.untilClear)
    }
    self.end = later
    return Verdict(
      isAccepted: false, remaining: 0, retryAfter: later - now, untilClear: untilClear)
  }

  private func extended(_ verdict: Verdict, at now: Instant) -> Verdict {
    guard let end else { return verdict }
    return Verdict(
      isAccepted: false, remaining: 0, retryAfter: end - now,
      untilClear: max(end - now, verdict.untilClear))
  }

  private func clamped(_ span: Duration, times factor: Int64) -> Int64 {
    let (product, overflow) = span.wholeNanoseconds.multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }
}
