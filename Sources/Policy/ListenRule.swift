/// A listener: where it stands, and what it asks of those who connect.
public struct ListenRule: Hashable, Sendable {
  /// Where it stands.
  public var address: ListenAddress
  /// Permission bits of a Unix socket's file.
  public var mode: UInt32
  /// The certificate it shows; nil for plain connections.
  public var tls: ListenTLS?
  /// Whether callers must name a user of the policy and its password.
  public var needsUser: Bool

  /// A listener at `address`.
  public init(
    _ address: ListenAddress, mode: UInt32 = 0o660, tls: ListenTLS? = nil, needsUser: Bool = false
  ) {
    self.address = address
    self.mode = mode
    self.tls = tls
    self.needsUser = needsUser
  }
}
