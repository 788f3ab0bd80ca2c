/// What a request asks for, in one of the four forms of RFC 9112 section 3.2.
///
/// A host includes the brackets of an IPv6 address, so it can be written back as it is.
public enum RequestTarget: Hashable, Sendable {
  /// `/path?query`: the host is the `Host` field's.
  case origin(ByteRange)
  /// `http://host:port/path?query`: the host is this one, whatever the `Host` field says.
  ///
  /// `path` holds path and query. It is empty or starts with `?` when the target has no path: then
  /// a `/` goes before it (an empty one is forwarded as `*` for OPTIONS, RFC 9112 section 3.2.4).
  case absolute(isSecure: Bool, host: ByteRange, port: UInt16?, path: ByteRange)
  /// `host:port`, for CONNECT alone.
  case authority(host: ByteRange, port: UInt16)
  /// `*`, for OPTIONS alone.
  case asterisk

  /// The target in `range`, whose bytes are known to be target bytes (``ByteSet/target``).
  static func parse(
    _ bytes: Span<UInt8>, _ range: Range<Int>, for method: Method
  ) throws(WireError) -> RequestTarget {
    if method == .connect {
      guard let authority = Authority.parse(bytes, range), let port = authority.port else {
        throw .malformed("CONNECT needs a host and a port")
      }
      return .authority(host: authority.host, port: port)
    }
    if bytes[range.lowerBound] == 0x2F { return .origin(ByteRange(range)) }
    if range.count == 1, bytes[range.lowerBound] == 0x2A {
      guard method == .options else { throw .malformed("the target * is for OPTIONS alone") }
      return .asterisk
    }
    return try parseAbsolute(bytes, range)
  }

  private static func parseAbsolute(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(WireError) -> RequestTarget {
    guard let (isSecure, start) = parseScheme(bytes, range) else {
      throw .malformed("the target is neither a path nor an http or https URI")
    }
    var end = start
    while end < range.upperBound, bytes[end] != 0x2F, bytes[end] != 0x3F { end += 1 }
    guard let authority = Authority.parse(bytes, start..<end) else {
      throw .malformed("the target's host or port is not valid")
    }
    return .absolute(
      isSecure: isSecure, host: authority.host, port: authority.port,
      path: ByteRange(end..<range.upperBound))
  }

  private static func parseScheme(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) -> (isSecure: Bool, end: Int)? {
    var at = range.lowerBound
    guard range.count > 7, bytes[at] | 0x20 == 0x68, bytes[at + 1] | 0x20 == 0x74,
      bytes[at + 2] | 0x20 == 0x74, bytes[at + 3] | 0x20 == 0x70
    else { return nil }
    at += 4
    let isSecure = bytes[at] | 0x20 == 0x73
    if isSecure { at += 1 }
    guard range.upperBound - at > 3, bytes[at] == 0x3A, bytes[at + 1] == 0x2F,
      bytes[at + 2] == 0x2F
    else { return nil }
    return (isSecure, at + 3)
  }
}
