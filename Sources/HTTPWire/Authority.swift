/// A host with an optional port, as it stands in a request target or a `Host` field.
public struct Authority: Hashable, Sendable {
  /// Where the host lies; the brackets of an IPv6 address are part of it.
  public let host: ByteRange
  /// The port, 1 to 65535, or nil when none is given.
  public let port: UInt16?

  /// The longest host accepted: what DNS can carry, and any bracketed address.
  static let longestHost = 255

  /// The authority that fills `range`, or nil when it is not exactly `host` or `host:port`.
  ///
  /// Narrower than RFC 3986 section 3.2.2 on purpose: letters, digits, `-`, `.` and `_`, or an
  /// address in brackets. User information, percent-encoding, zones and empty ports are refused:
  /// no name that resolves needs them, and readers disagree about each.
  static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Authority? {
    guard let end = hostEnd(bytes, range) else { return nil }
    let host = range.lowerBound..<end
    guard host.count <= longestHost else { return nil }
    if end == range.upperBound { return Authority(host: ByteRange(host), port: nil) }
    guard bytes[end] == 0x3A, let port = parsePort(bytes, end + 1..<range.upperBound) else {
      return nil
    }
    return Authority(host: ByteRange(host), port: port)
  }

  private static func hostEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    guard !range.isEmpty else { return nil }
    var at = range.lowerBound
    guard bytes[at] == 0x5B else {
      // A leading dot names nothing and a leading hyphen reads as an option further on.
      guard bytes[at] != 0x2E, bytes[at] != 0x2D else { return nil }
      while at < range.upperBound, ByteSet.host.contains(bytes[at]) { at &+= 1 }
      return at > range.lowerBound ? at : nil
    }
    at += 1
    var colons = 0
    while at < range.upperBound, ByteSet.address.contains(bytes[at]) {
      if bytes[at] == 0x3A { colons += 1 }
      at += 1
    }
    guard at < range.upperBound, bytes[at] == 0x5D, colons >= 2 else { return nil }
    return at + 1
  }

  private static func parsePort(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt16? {
    guard !range.isEmpty, range.count <= 5, bytes[range.lowerBound] != 0x30 else { return nil }
    var port = 0
    for at in range {
      let digit = bytes[at] &- 0x30
      guard digit < 10 else { return nil }
      port = port &* 10 &+ Int(digit)
    }
    return UInt16(exactly: port)
  }
}
