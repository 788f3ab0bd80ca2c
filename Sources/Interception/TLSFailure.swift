/// A TLS handshake that came to nothing.
public struct TLSFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kept it from its end.
  public enum Kind: Sendable {
    /// The client took too long.
    case timeout
    /// The client's first bytes are no TLS.
    case notTLS
    /// The client asks for another host than the one it connected to.
    case wrongName
    /// The client shows no certificate, or none that is trusted.
    case badClientCertificate
    /// More certificates are asked for than are made in a second.
    case tooManyCertificates
    /// The authority may not vouch for the host.
    case notAllowed
    /// The client left, or the two sides found no common ground.
    case broken
  }

  /// What kept it from its end.
  public let kind: Kind
  /// The rest of the story, for a log.
  public let detail: String

  init(_ kind: Kind, _ detail: String) {
    self.kind = kind
    self.detail = detail
  }

  /// The rest of the story.
  public var description: String { detail }
}
