/// A user whose password cannot be checked, in words for a person; never the hash.
public struct PasswordFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  init(_ description: String) { self.description = description }
}
