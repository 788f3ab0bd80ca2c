/// A short name, ASCII letters folded to lower case, held in three words so that comparing it is
/// three integer comparisons.
struct PackedName: Hashable, Sendable {
  static let longest = 24

  let count: Int
  let first: UInt64
  let second: UInt64
  let third: UInt64

  /// The name spelled by `bytes`, or nil when it is longer than any name worth knowing.
  ///
  /// `hyphenating` reads `_` as `-`, the way CGI-like environments mix the two up.
  init?(_ bytes: Span<UInt8>, hyphenating: Bool = false) {
    count = bytes.count
    guard count <= PackedName.longest else { return nil }
    first = PackedName.word(bytes, 0, hyphenating)
    second = PackedName.word(bytes, 8, hyphenating)
    third = PackedName.word(bytes, 16, hyphenating)
  }

  /// The name `text`, which must be ASCII and not longer than ``longest``.
  init(_ text: String) {
    let bytes = Array(text.utf8)
    precondition(bytes.count <= PackedName.longest)
    count = bytes.count
    first = PackedName.word(bytes.span, 0, false)
    second = PackedName.word(bytes.span, 8, false)
    third = PackedName.word(bytes.span, 16, false)
  }

  @inline(__always)
  private static func word(_ bytes: Span<UInt8>, _ start: Int, _ hyphenating: Bool) -> UInt64 {
    let end = min(start + 8, bytes.count)
    guard start < end else { return 0 }
    var word: UInt64 = 0
    for at in start..<end {
      var byte = bytes[at].asciiLowercased
      if hyphenating, byte == 0x5F { byte = 0x2D }
      word = word << 8 | UInt64(byte)
    }
    return word
  }

  static let chunked = PackedName("chunked")
  static let close = PackedName("close")
  static let keepAlive = PackedName("keep-alive")
  static let continue100 = PackedName("100-continue")
  static let contentLength = PackedName("content-length")
  static let transferEncoding = PackedName("transfer-encoding")
}

extension UInt8 {
  /// The byte with A to Z folded to lower case and every other byte as it is.
  @inline(__always)
  var asciiLowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

  /// Whether the byte is SP or HTAB (RFC 9110 section 5.6.3).
  @inline(__always)
  var isBlank: Bool { self == 0x20 || self == 0x09 }

  /// Whether the byte may stand in a field value (RFC 9110 section 5.5): no control but HTAB.
  @inline(__always)
  var isFieldContent: Bool { (self >= 0x20 && self != 0x7F) || self == 0x09 }
}
