/// Where a listener stands.
public enum ListenAddress: Hashable, Sendable {
  /// The longest path of a Unix socket, in bytes (unix(7)).
  public static let longestPath = 107

  /// A numeric IPv4 or IPv6 address and a TCP port; port 0 lets the system choose.
  case tcp(host: String, port: UInt16)
  /// A Unix socket at an absolute path, at most `longestPath` bytes.
  case unix(path: String)
  /// A listening socket that systemd passed under this name (sd_listen_fds(3)).
  case activated(name: String)

  /// The address as an operator writes it; IPv6 in brackets.
  public var text: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    case .activated(let name): "systemd:\(name)"
    }
  }

  /// Whether the port is the system's to choose, so that two such addresses are not the same.
  public var isAnyPort: Bool {
    if case .tcp(_, 0) = self { true } else { false }
  }
}
