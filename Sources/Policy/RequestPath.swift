/// A request's path cut into segments for matching; what is forwarded is never changed by it.
///
/// Spellings that many servers take for the same resource give the same segments, so that none of
/// them dodges a limit: `/%76ideos`, `//videos`, `/./videos`, `/x/../videos` and `/videos/` all
/// read `["videos"]`.
public struct RequestPath: Sendable {
  /// What stands between the slashes, without empty segments, `.` and `..` resolved.
  ///
  /// Percent-encoded unreserved characters are decoded (RFC 3986 section 6.2.2.2), the other
  /// encodings have upper-case digits (section 6.2.2.1), dot segments are removed (5.2.4).
  public let segments: [String]

  /// The segments of the path in `target`; the query is left out.
  public init(_ target: String) {
    var segments: [String] = []
    segments.reserveCapacity(8)
    let bytes = target.utf8Span.span
    var start = 0
    var isEncoded = false
    var at = 0
    scan: while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "?"), UInt8(ascii: "#"): break scan
      case UInt8(ascii: "/"):
        RequestPath.append(target, start..<at, isEncoded: isEncoded, to: &segments)
        start = at + 1
        isEncoded = false
      case UInt8(ascii: "%"): isEncoded = true
      default: break
      }
      at += 1
    }
    RequestPath.append(target, start..<at, isEncoded: isEncoded, to: &segments)
    self.segments = segments
  }

  private static func append(
    _ target: String, _ range: Range<Int>, isEncoded: Bool, to segments: inout [String]
  ) {
    if range.isEmpty { return }
    let bytes = target.utf8
    let start = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
    let part = target[start..<bytes.index(start, offsetBy: range.count)]
    let segment = isEncoded ? normalised(part) : String(part)
    switch segment {
    case ".": return
    case "..": _ = segments.popLast()
    default: segments.append(segment)
    }
  }

  /// `part` with unreserved characters decoded and other encodings in upper case.
  private static func normalised(_ part: Substring) -> String {
    let bytes = Array(part.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var at = 0
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count,
        let high = hexValue(bytes[at + 1]), let low = hexValue(bytes[at + 2])
      {
        let byte = high << 4 | low
        if isUnreserved(byte) {
          result.append(byte)
        } else {
          result.append(contentsOf: [bytes[at], hexDigit(high), hexDigit(low)])
        }
        at += 3
      } else {
        result.append(bytes[at])
        at += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x41 + value - 10
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
    default: false
    }
  }
}
