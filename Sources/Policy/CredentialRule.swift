/// Where the key goes in a request, and whose it is.
public struct CredentialRule: Hashable, Sendable {
  /// The header field, lower case.
  public var header: String
  /// The authentication scheme before the secret, such as `Bearer`.
  public var scheme: String?
  /// Whether the caller's own credential is forwarded instead of a key of ours.
  public var fromCaller: Bool

  /// A credential in `header`, behind `scheme` if one is given.
  public init(header: String, scheme: String? = nil, fromCaller: Bool = false) {
    self.header = header
    self.scheme = scheme
    self.fromCaller = fromCaller
  }
}
