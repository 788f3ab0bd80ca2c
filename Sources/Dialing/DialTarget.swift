/// Where to connect, and what is trusted there; connections are shared only between equal targets.
public struct DialTarget: Hashable, Sendable {
  /// Whether the connection is TLS.
  public var isSecure: Bool
  /// The host name or address; IPv6 without brackets.
  public var host: String
  /// The TCP port.
  public var port: UInt16
  /// A PEM file of certificate authorities to trust instead of the system's.
  public var certificateAuthorities: String?
  /// Whether no API declares the host: then only the public internet may be dialled, and the
  /// networks that the rules name.
  public var isPublicOnly: Bool

  /// The target `host:port`.
  public init(
    isSecure: Bool, host: String, port: UInt16, certificateAuthorities: String? = nil,
    isPublicOnly: Bool = false
  ) {
    self.isSecure = isSecure
    self.host = host
    self.port = port
    self.certificateAuthorities = certificateAuthorities
    self.isPublicOnly = isPublicOnly
  }

  /// The target as a URL, for libcurl.
  var url: String {
    "\(isSecure ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)/"
  }
}
