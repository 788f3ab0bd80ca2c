/// The local certificate authority that interception signs with, absolute paths to PEM.
public struct AuthorityFiles: Hashable, Sendable {
  /// Its certificate, which clients trust.
  public var certificate: String
  /// Its private key, which nobody but the process may read.
  public var key: String

  /// An authority of these files.
  public init(certificate: String, key: String) {
    self.certificate = certificate
    self.key = key
  }
}
