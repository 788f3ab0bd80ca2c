/// Where a fixed window begins.
public enum WindowStart: Hashable, Sendable {
  /// At whole multiples of the window since 1970-01-01T00:00Z plus `offset`; the provider's clock
  /// is at most `delta` away from ours.
  case aligned(offset: Duration, delta: Duration)
  /// At multiples of the window from an origin nobody states.
  case anywhere
  /// With the first request after the window before has ended.
  case firstRequest
}
