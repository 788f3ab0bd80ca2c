/// The files of a listener that speaks TLS, absolute paths to PEM.
public struct ListenTLS: Hashable, Sendable {
  /// The certificate, with the intermediate ones behind it.
  public var certificate: String
  /// Its private key.
  public var key: String
  /// The authorities that client certificates must come from; nil asks for none.
  public var clients: String?

  /// TLS with these files.
  public init(certificate: String, key: String, clients: String? = nil) {
    self.certificate = certificate
    self.key = key
    self.clients = clients
  }
}
