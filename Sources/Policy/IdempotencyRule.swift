/// Which header makes a request safe to repeat, and whether Penstock adds one where it is missing.
public struct IdempotencyRule: Hashable, Sendable {
  /// The header field, lower case, such as `idempotency-key`.
  public var header: String
  /// Whether a POST, PUT, PATCH or DELETE without the field gets one.
  public var adds: Bool

  /// The rule that `header` holds the key, and whether Penstock adds it.
  public init(header: String, adds: Bool = false) {
    self.header = header
    self.adds = adds
  }
}
