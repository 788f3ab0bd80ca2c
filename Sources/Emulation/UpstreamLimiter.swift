import Timekeeping

/// A limiter as a provider runs it: exact, without mercy, counting at the moment of arrival.
///
/// Instants must not decrease from call to call; one that does counts as the latest one seen.
public protocol UpstreamLimiter: Sendable {
  /// Counts one arrival.
  mutating func arrive(at now: Instant) -> Verdict

  /// Whether the limiter's state is that of a new one, so that it may be forgotten.
  func isIdle(at now: Instant) -> Bool
}
