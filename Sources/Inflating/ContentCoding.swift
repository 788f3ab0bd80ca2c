/// A content coding that can be looked through (RFC 9110 section 8.4.1).
public enum ContentCoding: Hashable, Sendable {
  /// `gzip` (RFC 1952), also called `x-gzip`.
  case gzip
  /// `deflate`: the zlib format (RFC 1950), and the bare stream (RFC 1951) some servers send.
  case deflate

  /// The coding a `Content-Encoding` field names; nil for another one, or more than one.
  public init?(_ value: String) {
    switch value.lowercased() {
    case "gzip", "x-gzip": self = .gzip
    case "deflate": self = .deflate
    default: return nil
    }
  }
}
