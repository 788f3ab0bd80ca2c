/// Addresses that mean something else than a host of the public internet (IANA's registries of
/// special-purpose addresses, RFC 6890).
enum SpecialAddresses {
  /// Where clouds tell a machine its own credentials: AWS, its containers and pods, Alibaba, Azure.
  private static let metadata = [
    ipv4(169, 254, 169, 254, bits: 32), ipv4(169, 254, 170, 2, bits: 32),
    ipv4(169, 254, 170, 23, bits: 32), ipv4(100, 100, 100, 200, bits: 32),
    ipv4(168, 63, 129, 16, bits: 32), ipv6(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254, bits: 128),
    ipv6(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23, bits: 128),
  ]

  /// This network, private, shared, loopback, link-local, protocols, documentation, relays,
  /// benchmarks, multicast and reserved.
  private static let notPublic = [
    ipv4(0, 0, 0, 0, bits: 8), ipv4(10, 0, 0, 0, bits: 8), ipv4(100, 64, 0, 0, bits: 10),
    ipv4(127, 0, 0, 0, bits: 8), ipv4(169, 254, 0, 0, bits: 16), ipv4(172, 16, 0, 0, bits: 12),
    ipv4(192, 0, 0, 0, bits: 24), ipv4(192, 0, 2, 0, bits: 24), ipv4(192, 88, 99, 0, bits: 24),
    ipv4(192, 168, 0, 0, bits: 16), ipv4(198, 18, 0, 0, bits: 15), ipv4(198, 51, 100, 0, bits: 24),
    ipv4(203, 0, 113, 0, bits: 24), ipv4(224, 0, 0, 0, bits: 3),
    // Inside 2000::/3: protocols with Teredo, documentation, 6to4.
    ipv6(0x2001, 0, 0, 0, 0, 0, 0, 0, bits: 23), ipv6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0, bits: 32),
    ipv6(0x2002, 0, 0, 0, 0, 0, 0, 0, bits: 16), ipv6(0x3fff, 0, 0, 0, 0, 0, 0, 0, bits: 20),
  ]

  /// All that IPv6 has given out for the public internet.
  private static let global = ipv6(0x2000, 0, 0, 0, 0, 0, 0, 0, bits: 3)

  static func isMetadata(_ address: [UInt8]) -> Bool {
    metadata.contains { $0.contains(address) }
  }

  static func isPublic(_ address: [UInt8]) -> Bool {
    (address.count == 4 || global.contains(address))
      && !metadata.contains { $0.contains(address) }
      && !notPublic.contains { $0.contains(address) }
  }

  static func ipv4(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, bits: Int) -> Network {
    Network(address: [a, b, c, d], prefix: bits)
  }

  static func ipv6(_ groups: UInt16..., bits: Int) -> Network {
    Network(
      address: groups.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }, prefix: bits)
  }
}
