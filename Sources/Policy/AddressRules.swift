/// Which addresses may be dialled; asked at the moment each one is, since a name may resolve to
/// another one every time.
///
/// Addresses are bytes, 4 or 16, never text: `127.1`, `0x7f.1` and `::ffff:127.0.0.1` are one.
public struct AddressRules: Sendable {
  /// Ports of this process's own listeners.
  public var ownPorts: Set<UInt16> = []
  /// Networks outside the public internet that hosts no API declares may be in.
  public var networks: [Network]

  /// The rules with these exceptions.
  public init(networks: [Network] = []) { self.networks = networks }

  /// Whether the address may be dialled.
  ///
  /// - Parameters:
  ///   - isDeclared: Whether the operator has named the host, wherever it is then.
  ///   - isOurs: Whether this machine has an address; asked only where the port is one of our own.
  public func allow(
    _ address: [UInt8], port: UInt16, isDeclared: Bool, isOurs: ([UInt8]) -> Bool
  ) -> Bool {
    let forms = [address] + AddressRules.embedded(in: address)
    if forms.contains(where: SpecialAddresses.isMetadata) { return false }
    if ownPorts.contains(port),
      forms.contains(where: { AddressRules.isLocal($0) || isOurs($0) })
    {
      return false
    }
    if isDeclared { return true }
    let plain = Network.mapped.contains(address) ? Array(address[12...]) : address
    return SpecialAddresses.isPublic(plain) || networks.contains { $0.contains(plain) }
  }

  /// Whether an address leads back to this machine: loopback, or the unspecified address, which
  /// Linux connects to loopback.
  private static func isLocal(_ address: [UInt8]) -> Bool {
    guard address.count == 16 else { return address.first == 127 || address == [0, 0, 0, 0] }
    return address.dropLast().allSatisfy { $0 == 0 } && address[15] <= 1
  }

  /// The IPv4 addresses that some system on the way may take an IPv6 address for.
  private static func embedded(in address: [UInt8]) -> [[UInt8]] {
    guard address.count == 16 else { return [] }
    // 6to4 (RFC 3056 section 2).
    if address[0] == 0x20, address[1] == 0x02 { return [Array(address[2..<6])] }
    // The server, and the client with its bits inverted (RFC 4380 section 4).
    if teredo.contains(address) { return [Array(address[4..<8]), address[12...].map { ~$0 }] }
    let isISATAP = address[8] & 0xFD == 0 && address[9...11].elementsEqual([0, 0x5E, 0xFE])
    guard isISATAP || translated.contains(where: { $0.contains(address) }) else { return [] }
    return [Array(address[12...])]
  }

  private static let teredo = SpecialAddresses.ipv6(0x2001, 0, 0, 0, 0, 0, 0, 0, bits: 32)
  /// Those that end in an IPv4 address: compatible and mapped (RFC 4291 section 2.5.5), translated
  /// (RFC 2765 section 2.1) and NAT64 (RFC 6052 section 2.1, RFC 8215).
  private static let translated = [
    SpecialAddresses.ipv6(0, 0, 0, 0, 0, 0, 0, 0, bits: 96), Network.mapped,
    SpecialAddresses.ipv6(0, 0, 0, 0, 0xffff, 0, 0, 0, bits: 96),
    SpecialAddresses.ipv6(0x64, 0xff9b, 0, 0, 0, 0, 0, 0, bits: 96),
    SpecialAddresses.ipv6(0x64, 0xff9b, 1, 0, 0, 0, 0, 0, bits: 48),
  ]
}
