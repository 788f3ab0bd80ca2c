/// What the fields of a head say about its body and its connection, gathered line by line.
struct FramingFields: Sendable {
  /// More connection options than any peer has use for; bounds what matching them can cost.
  static let mostOptions = 64

  private(set) var length: Int64?
  private(set) var isChunked = false
  private(set) var closes = false
  private(set) var keepsAlive = false
  /// Whether a `Connection` field names a field this codec relies on.
  private(set) var namesVitalField = false
  /// The bits of all connection options (``FieldNameHash``): which fields they may name.
  private(set) var optionHashes: UInt64 = 0
  private var options = 0

  /// Takes a `Content-Length` line (RFC 9110 section 8.6); a second one is refused, equal or not.
  mutating func takeLength(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(WireError) {
    guard length == nil else { throw .malformed("there is more than one Content-Length") }
    guard !isChunked else { throw FramingFields.both }
    guard !value.isEmpty, value.count <= 18 else {
      throw .malformed("the Content-Length is empty or has more than 18 digits")
    }
    var sum: Int64 = 0
    for at in value {
      let digit = bytes[at] &- 0x30
      guard digit < 10 else { throw .malformed("the Content-Length is not a decimal number") }
      // 18 digits stay below 2^60.
      sum = sum &* 10 &+ Int64(digit)
    }
    length = sum
  }

  /// Takes a `Transfer-Encoding` line (RFC 9112 section 6.1); only one, saying `chunked`, passes.
  mutating func takeCoding(
    _ bytes: Span<UInt8>, _ value: Range<Int>, _ version: HTTPVersion
  ) throws(WireError) {
    guard version == .http11 else { throw .malformed("HTTP/1.0 has no Transfer-Encoding") }
    guard !isChunked else { throw .malformed("there is more than one Transfer-Encoding") }
    var cursor = ListCursor(value)
    var isUnknown = false
    var endsChunked = false
    while let element = cursor.next(bytes) {
      guard !endsChunked else { throw .malformed("chunked is not the last transfer coding") }
      guard !element.isEmpty, element.allSatisfy({ ByteSet.token.contains(bytes[$0]) }) else {
        throw .malformed("the Transfer-Encoding is not a list of names")
      }
      endsChunked = PackedName(bytes, element) == .chunked
      isUnknown = isUnknown || !endsChunked
    }
    guard !isUnknown else {
      throw WireError(status: 501, reason: "the transfer coding is not known here")
    }
    guard length == nil else { throw FramingFields.both }
    isChunked = true
  }

  private static let both = WireError.malformed(
    "there are both a Content-Length and a Transfer-Encoding")

  /// Takes a `Connection` line (RFC 9110 section 7.6.1).
  mutating func takeConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(WireError) {
    var cursor = ListCursor(value)
    while let element = cursor.next(bytes) {
      options += 1
      guard options <= FramingFields.mostOptions else {
        throw .tooLarge("there are too many connection options")
      }
      let option = PackedName(bytes, element)
      optionHashes |= FieldNameHash(option.tag).bits
      if option == .close {
        closes = true
      } else if option == .keepAlive {
        keepsAlive = true
      } else {
        switch FieldNameTable.shared.id(of: option) {
        case .host, .contentLength, .transferEncoding: namesVitalField = true
        default: break
        }
      }
    }
  }
}
