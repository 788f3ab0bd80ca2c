import Timekeeping

/// A limiter as a provider runs it: exact, without mercy, counting at the moment of arrival.
///
/// Instants must not decrease from call to call; one that does counts as the latest one seen.
/// Limiters whose windows follow a calendar take the nanoseconds of civil time as their instants.
public protocol UpstreamLimiter: Sendable {
  /// Counts one arrival that the provider will work on for `span`.
  mutating func arrive(at now: Instant, taking span: Duration) -> Verdict

  /// Whether the limiter's state is that of a new one, so that it may be forgotten.
  func isIdle(at now: Instant) -> Bool
}

extension UpstreamLimiter {
  /// Counts one arrival whose work takes no time.
  public mutating func arrive(at now: Instant) -> Verdict { arrive(at: now, taking: .zero) }
}
