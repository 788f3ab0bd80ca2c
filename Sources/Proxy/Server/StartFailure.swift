/// Why the proxy does not begin to serve, in words for a person.
public struct StartFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, and what is allowed.
  public let description: String

  init(_ description: String) { self.description = description }
}
