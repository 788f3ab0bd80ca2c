/// Somebody who may use the listeners that ask for a password.
public struct ProxyUser: Hashable, Sendable {
  /// The name, which is also the caller's.
  public var name: String
  /// The password's hash in the words of crypt(5), such as `$6$...` or `$y$...`.
  public var hash: String

  /// The user `name`, whose password has this hash.
  public init(name: String, hash: String) {
    self.name = name
    self.hash = hash
  }
}
