/// What CONNECT to a host does (RFC 9110 section 9.3.6).
public enum ConnectRule: String, Hashable, Sendable, CaseIterable {
  /// The TLS connection inside ends here, under a certificate of the local authority: every request
  /// in it is limited, and gets its key, like any other.
  case intercept
  /// The bytes pass untouched: the tunnel counts as one request.
  case tunnel
  /// It is refused with 403.
  case refuse
}
