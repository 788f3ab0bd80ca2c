/// A user and a password as a field brings them: `Basic` and the base64 of `user:password`
/// (RFC 7617 section 2).
public struct BasicCredential: Hashable, Sendable {
  /// The user's name.
  public let user: [UInt8]
  /// The password.
  public let password: [UInt8]

  /// The longest field value that is read.
  private static let longest = 1024

  /// Reads a field's value; nil for what is none: another scheme, base64 that is not canonical
  /// (RFC 4648 section 4), no colon, or more than 1024 bytes.
  public init?(_ value: ArraySlice<UInt8>) {
    let scheme = "basic".utf8
    guard value.count <= BasicCredential.longest, value.count > scheme.count,
      zip(value, scheme).allSatisfy({ $0 | 0x20 == $1 })
    else { return nil }
    let rest = value.dropFirst(scheme.count)
    let token = rest.drop { $0 == 0x20 }
    guard token.startIndex > rest.startIndex, let bytes = Self.decoded(token),
      let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
    else { return nil }
    user = Array(bytes[..<colon])
    password = Array(bytes[(colon + 1)...])
  }

  private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard !text.isEmpty, text.count % 4 == 0 else { return nil }
    let digits =
      text.suffix(2) == [0x3D, 0x3D]
      ? text.dropLast(2)
      : text.last == 0x3D ? text.dropLast() : text
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for digit in digits {
      guard let value = value(of: digit) else { return nil }
      bits = (bits << 6 | value) & 0xFFFF
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
    }
    // Bits that belong to no byte are zero in what an encoder writes.
    return bits & (1 << UInt32(count) - 1) == 0 ? bytes : nil
  }

  private static func value(of digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit) - 97 + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit) - 48 + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
