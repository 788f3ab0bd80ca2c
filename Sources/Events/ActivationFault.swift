/// Sockets passed by systemd that are not as they are to be, in words for a person.
public struct ActivationFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  init(_ description: String) { self.description = description }
}
