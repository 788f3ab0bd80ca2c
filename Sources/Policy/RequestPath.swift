/// A request's path cut into segments for matching; what is forwarded is never changed by it.
public struct RequestPath: Sendable {
  /// What stands between the slashes, with percent-encoded unreserved characters decoded
  /// (RFC 3986 section 6.2.2.2), so that `%76ideos` cannot dodge a limit on `videos`.
  public let segments: [String]

  /// The segments of `target`'s path; the query is left out.
  public init(_ target: some StringProtocol) {
    let end = target.firstIndex { $0 == "?" || $0 == "#" } ?? target.endIndex
    let path = target[..<end]
    let inner = path.first == "/" ? path.dropFirst() : path[...]
    segments = inner.split(separator: "/", omittingEmptySubsequences: false).map {
      $0.utf8.contains(0x25) ? RequestPath.decodeUnreserved($0) : String($0)
    }
  }

  private static func decodeUnreserved(_ text: some StringProtocol) -> String {
    var decoded: [UInt8] = []
    let bytes = Array(text.utf8)
    var at = 0
    while at < bytes.count {
      if bytes[at] == 0x25, at + 2 < bytes.count, let high = hexDigit(bytes[at + 1]),
        let low = hexDigit(bytes[at + 2]), isUnreserved(high << 4 | low)
      {
        decoded.append(high << 4 | low)
        at += 3
      } else {
        decoded.append(bytes[at])
        at += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
    default: false
    }
  }
}
