/// Why no connection came about; not one byte of the request was sent.
public struct DialFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, in the words of RFC 9209 section 2.3 where it has one.
  public enum Kind: String, Hashable, Sendable {
    /// The name could not be resolved.
    case dnsError = "dns_error"
    /// Nothing answered in time.
    case connectionTimeout = "connection_timeout"
    /// The connection was refused or broke.
    case connectionRefused = "connection_refused"
    /// The TLS handshake failed.
    case tlsProtocolError = "tls_protocol_error"
    /// The certificate is not to be trusted.
    case tlsCertificateError = "tls_certificate_error"
    /// Every address of the host is one that must not be dialled.
    case destinationProhibited = "destination_ip_prohibited"
    /// This machine has no descriptors or memory left for it.
    case resourcesExhausted = "proxy_internal_error"
    /// Too many names are being looked up already.
    case lookUpsExhausted = "dns_busy"
  }

  /// What went wrong.
  public let kind: Kind
  /// libcurl's words for it.
  public let detail: String

  /// The kind and the detail.
  public var description: String { "\(kind.rawValue): \(detail)" }
}
