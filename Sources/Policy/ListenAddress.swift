/// An address to listen on.
public struct ListenAddress: Hashable, Sendable {
  /// The numeric IPv4 or IPv6 address.
  public var host: String
  /// The TCP port; 0 lets the system choose.
  public var port: UInt16

  /// The address `host:port`.
  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// The address as an operator writes it; IPv6 in brackets.
  public var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
