/// A named credential of an API.
public struct ApiKey: Sendable {
  /// The name in the policy file and in `/stats`.
  public var name: String
  /// What the provider knows it by.
  public var secret: Secret

  /// The key `name` with its secret.
  public init(name: String, secret: Secret) {
    self.name = name
    self.secret = secret
  }
}
