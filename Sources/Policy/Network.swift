/// A range of IP addresses, such as `10.0.0.0/8`.
public struct Network: Hashable, Sendable {
  /// The first address, 4 or 16 bytes, in the network's order.
  public var address: [UInt8]
  /// How many leading bits all its addresses share.
  public var prefix: Int

  /// IPv4 addresses in the form of IPv6 (RFC 4291 section 2.5.5.2).
  public static let mapped = Network(
    address: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0], prefix: 96)

  /// The addresses that share the first `prefix` bits of `address`.
  public init(address: [UInt8], prefix: Int) {
    self.address = address
    self.prefix = prefix
  }

  /// Whether `other` (4 or 16 bytes) is one of its addresses.
  public func contains(_ other: [UInt8]) -> Bool {
    guard other.count == address.count else { return false }
    let whole = prefix / 8
    guard other.prefix(whole) == address.prefix(whole) else { return false }
    let rest = prefix % 8
    guard rest > 0, whole < address.count else { return true }
    return (other[whole] ^ address[whole]) >> (8 - UInt8(rest)) == 0
  }
}
