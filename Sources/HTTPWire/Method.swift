/// A request method known by name; method names are case-sensitive (RFC 9110 section 9.1).
public enum Method: UInt8, Hashable, Sendable, CaseIterable {
  /// `GET`.
  case get
  /// `HEAD`.
  case head
  /// `POST`.
  case post
  /// `PUT`.
  case put
  /// `PATCH` (RFC 5789).
  case patch
  /// `DELETE`.
  case delete
  /// `OPTIONS`.
  case options
  /// `TRACE`.
  case trace
  /// `CONNECT`.
  case connect
  /// Any other token, lower-case `get` among them; forwarded as it is, never retried.
  case other

  /// The method `name` spells, compared byte for byte.
  public static func identify(_ name: Span<UInt8>) -> Method {
    guard name.count <= ByteWord.count else { return .other }
    // Each name read as one number, its first byte highest.
    return switch name.word(from: 0, to: name.count).bits.byteSwapped {
    case 0x4745_5400_0000_0000: .get
    case 0x4845_4144_0000_0000: .head
    case 0x504F_5354_0000_0000: .post
    case 0x5055_5400_0000_0000: .put
    case 0x5041_5443_4800_0000: .patch
    case 0x4445_4C45_5445_0000: .delete
    case 0x4F50_5449_4F4E_5300: .options
    case 0x5452_4143_4500_0000: .trace
    case 0x434F_4E4E_4543_5400: .connect
    default: .other
    }
  }
}
