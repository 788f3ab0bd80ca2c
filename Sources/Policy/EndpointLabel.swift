/// Names an endpoint: the method and the path with identifiers replaced by `*`.
///
/// `GET /v1/posts/8412/comments` becomes `GET /v1/posts/*/comments`, so that what a provider says
/// of one post holds for the endpoint. The label is bounded: segments past the 16th become `**`.
enum EndpointLabel {
  static let mostSegments = 16
  static let longestSegment = 40

  /// The label; `account` is the index of the segment that names the account, or nil.
  static func text(method: String, path: RequestPath, account: Int?) -> String {
    var label = ""
    label.reserveCapacity(64)
    label += method
    label += " /"
    for index in 0..<min(mostSegments, path.segments.count) {
      if index > 0 { label += "/" }
      if index == account || isIdentifier(path.segments[index]) {
        label += "*"
      } else {
        label += path.segments[index]
      }
    }
    if path.segments.count > mostSegments { label += "/**" }
    return label
  }

  /// Whether a segment is all digits, a UUID, 16 or more hex digits, or longer than 40 bytes.
  static func isIdentifier(_ segment: String) -> Bool {
    var count = 0
    var digits = 0
    var hexDigits = 0
    var uuidDashes = 0
    let bytes = segment.utf8Span.span
    if bytes.count > longestSegment { return true }
    for index in bytes.indices {
      let byte = bytes[index]
      switch byte {
      case 0x30...0x39:
        digits += 1
        hexDigits += 1
      case 0x41...0x46, 0x61...0x66: hexDigits += 1
      case UInt8(ascii: "-") where count == 8 || count == 13 || count == 18 || count == 23:
        uuidDashes += 1
      default: break
      }
      count += 1
    }
    return count > 0
      && (digits == count || (hexDigits == count && count >= 16)
        || (count == 36 && uuidDashes == 4 && hexDigits == 32))
  }
}
