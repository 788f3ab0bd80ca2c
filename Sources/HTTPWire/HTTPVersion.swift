/// The versions of HTTP that this codec reads; it always writes HTTP/1.1.
public enum HTTPVersion: UInt8, Hashable, Sendable {
  /// HTTP/1.0: no chunked bodies, no interim responses, no persistence for clients of a proxy.
  case http10
  /// HTTP/1.1 (RFC 9112).
  case http11
}

/// Reads `HTTP/x.y` byte by byte, so that a wrong version is refused at its first wrong byte.
enum VersionSyntax {
  static let length = 8

  /// `HTTP/1.1` as one word, its first byte lowest.
  @inline(__always)
  static var http11: ByteWord { ByteWord(0x312E_312F_5054_5448) }

  /// Whether `byte` may stand at `offset` (0 to 7) of a version (RFC 9112 section 2.3).
  static func allows(_ byte: UInt8, at offset: Int) -> Bool {
    switch offset {
    case 0: byte == 0x48
    case 1, 2: byte == 0x54
    case 3: byte == 0x50
    case 4: byte == 0x2F
    case 5, 7: byte &- 0x30 < 10
    case 6: byte == 0x2E
    default: false
    }
  }

  /// The version whose eight well-formed bytes start at `start`; nil when it is not 1.0 or 1.1.
  static func version(_ bytes: Span<UInt8>, at start: Int) -> HTTPVersion? {
    guard bytes[start + 5] == 0x31 else { return nil }
    return switch bytes[start + 7] {
    case 0x30: .http10
    case 0x31: .http11
    default: nil
    }
  }
}
