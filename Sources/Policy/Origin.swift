/// Scheme, host and port of an upstream.
public struct Origin: Hashable, Sendable, CustomStringConvertible {
  /// Whether requests leave over TLS.
  public var isSecure: Bool
  /// The host name or address, lower case; an IPv6 address without brackets.
  public var host: String
  /// The TCP port.
  public var port: UInt16

  /// The origin `scheme://host:port`.
  public init(isSecure: Bool, host: String, port: UInt16) {
    self.isSecure = isSecure
    self.host = host
    self.port = port
  }

  /// `http` or `https`.
  public var scheme: String { isSecure ? "https" : "http" }

  /// The `Host` field for this origin: the port only where it is not the scheme's own.
  public var authority: String {
    let bracketed = host.contains(":") ? "[\(host)]" : host
    return port == (isSecure ? 443 : 80) ? bracketed : "\(bracketed):\(port)"
  }

  /// The origin as a URL.
  public var description: String { "\(scheme)://\(authority)" }
}
