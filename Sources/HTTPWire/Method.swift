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

  /// Whether sending it twice means the same as once (RFC 9110 section 9.2.2).
  public var isIdempotent: Bool {
    switch self {
    case .get, .head, .put, .delete, .options, .trace: true
    case .post, .patch, .connect, .other: false
    }
  }

  /// The method `name` spells, compared byte for byte.
  public static func identify(_ name: Span<UInt8>) -> Method {
    guard name.count <= 8 else { return .other }
    var word: UInt64 = 0
    for at in 0..<name.count { word = word << 8 | UInt64(name[at]) }
    // Each name read as one big-endian number.
    return switch word {
    case 0x47_4554: .get
    case 0x4845_4144: .head
    case 0x504F_5354: .post
    case 0x50_5554: .put
    case 0x50_4154_4348: .patch
    case 0x4445_4C45_5445: .delete
    case 0x4F_5054_494F_4E53: .options
    case 0x54_5241_4345: .trace
    case 0x43_4F4E_4E45_4354: .connect
    default: .other
    }
  }
}
