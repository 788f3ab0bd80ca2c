/// A named credential of an API.
public struct ApiKey: Sendable {
  /// The name in the policy file and in `/stats`.
  public var name: String
  /// What the provider knows it by.
  public var secret: Secret
  /// Where it can be read again.
  public var source: SecretSource

  /// The key `name` with its secret, which came from `source`.
  public init(name: String, secret: Secret, source: SecretSource) {
    self.name = name
    self.secret = secret
    self.source = source
  }
}
