/// Whether a request that may have been processed can be sent again (RFC 9110 section 9.2.2).
public enum Repeatability: UInt8, Hashable, Sendable {
  /// Its method says that a second time changes nothing: GET, HEAD, OPTIONS, PUT, DELETE, TRACE.
  case idempotent
  /// It carries an idempotency key, or is going to, by which the provider knows it again.
  case keyed
  /// It may take effect a second time.
  case once
}
