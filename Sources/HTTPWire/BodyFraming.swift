/// How the end of a message's body is told (RFC 9112 section 6.3).
public enum BodyFraming: Hashable, Sendable {
  /// There is no body.
  case none
  /// The body has exactly so many bytes; 0 when the message says so.
  case length(Int64)
  /// The body comes in chunks and ends with an empty one.
  case chunked
  /// The body lasts until the origin closes the connection; responses only.
  case untilClose
}
