/// Why bytes are no time zone.
public enum ZoneFault: Error, Hashable, Sendable {
  /// They do not begin with `TZif`.
  case notTZif
  /// The version byte is none of RFC 8536's: NUL, `2`, `3` or `4`.
  case version(UInt8)
  /// They end before what their header announces.
  case truncated(needed: Int, found: Int)
  /// A count of the header is impossible or above its bound.
  case count(String, Int)
  /// Transitions do not ascend, or name a type that does not exist, or an offset is absurd.
  case transition(Int)
  /// The footer is no POSIX TZ string; at which of its bytes.
  case footer(at: Int)
}

extension ZoneFault: CustomStringConvertible {
  /// What was read and what is allowed.
  public var description: String {
    switch self {
    case .notTZif: "no time zone data: a TZif file begins with \"TZif\""
    case .version(let byte): "TZif version byte \(byte); known are 0, 50, 51 and 52"
    case .truncated(let needed, let found): "TZif data of \(found) bytes; \(needed) are announced"
    case .count(let name, let count): "TZif count \(name) of \(count) is out of bounds"
    case .transition(let index): "TZif transition or type \(index) is out of order or bounds"
    case .footer(let place): "TZif footer is no POSIX TZ string, at byte \(place)"
    }
  }
}
