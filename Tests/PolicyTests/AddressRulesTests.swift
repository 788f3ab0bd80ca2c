import Glibc
import Policy
import Testing

@Suite struct AddressRulesTests {
  /// The bytes of an address in text.
  static func bytes(_ text: String) throws -> [UInt8] {
    let isV6 = text.contains(":")
    var bytes = [UInt8](repeating: 0, count: isV6 ? 16 : 4)
    try #require(inet_pton(isV6 ? AF_INET6 : AF_INET, text, &bytes) == 1, "\(text)")
    return bytes
  }

  static func allows(
    _ text: String, port: UInt16 = 443, isDeclared: Bool, rules: AddressRules = AddressRules(),
    ours: [String] = []
  ) throws -> Bool {
    let ours = try ours.map(bytes)
    return rules.allow(try bytes(text), port: port, isDeclared: isDeclared) { ours.contains($0) }
  }

  static let metadataForms = [
    "169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "168.63.129.16",
    "fd00:ec2::254", "fd00:ec2::23", "::ffff:169.254.169.254", "::169.254.169.254",
    "::ffff:0:169.254.169.254", "64:ff9b::169.254.169.254", "64:ff9b:1::169.254.169.254",
    "2002:a9fe:a9fe::1", "2001:0:a9fe:a9fe::1", "2001:0:1234::5601:5601",
    "fe80::5efe:169.254.169.254",
    "::ffff:168.63.129.16", "64:ff9b::6464:64c8",
  ]

  @Test(
    "row 95: metadata is never dialled, in any form and whatever is allowed",
    arguments: metadataForms)
  func metadata(address: String) throws {
    let everything = AddressRules(networks: [
      Network(address: [0, 0, 0, 0], prefix: 0),
      Network(address: [UInt8](repeating: 0, count: 16), prefix: 0),
    ])
    for isDeclared in [true, false] {
      #expect(try !Self.allows(address, isDeclared: isDeclared, rules: everything))
    }
  }

  @Test(
    "row 94, row 96: an undeclared host is on the public internet, a declared one anywhere",
    arguments: [
      "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255",
      "127.0.0.1", "127.255.255.254", "169.254.0.1", "172.16.0.1", "172.31.255.255", "192.0.0.8",
      "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7",
      "203.0.113.9", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255", "::", "::1",
      "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::8.8.8.8",
      "64:ff9b:1::1", "100::1", "2001::1", "2001:1ff::1", "2001:db8::1", "2002:808:808::1",
      "3fff::1", "3fff:fff::1", "5f00::1", "fc00::1", "fdff::1", "fe80::1", "fec0::1", "ff02::1",
    ])
  func special(address: String) throws {
    #expect(try !Self.allows(address, isDeclared: false))
    #expect(try Self.allows(address, isDeclared: true))
  }

  @Test(
    "The public internet is dialled",
    arguments: [
      "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
      "126.255.255.255", "128.0.0.0", "169.253.255.255", "172.15.0.1", "172.32.0.0", "192.0.1.1",
      "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
      "2001:200::1", "2606:4700:4700::1111", "3ffe::1", "3fff:1000::1", "::ffff:8.8.8.8",
    ])
  func global(address: String) throws {
    #expect(try Self.allows(address, isDeclared: false))
  }

  @Test func `Networks the operator names are reached, in their IPv6 form too, and no others`()
    throws
  {
    let rules = AddressRules(networks: [
      Network(address: [10, 1, 0, 0], prefix: 16),
      Network(address: try Self.bytes("fd12::"), prefix: 20),
    ])
    for address in ["10.1.2.3", "::ffff:10.1.2.3", "fd12:fff::1", "8.8.8.8"] {
      #expect(try Self.allows(address, isDeclared: false, rules: rules), "\(address)")
    }
    for address in ["10.2.0.1", "::ffff:10.2.0.1", "::10.1.2.3", "fd12:1000::1", "127.0.0.1"] {
      #expect(try !Self.allows(address, isDeclared: false, rules: rules), "\(address)")
    }
  }

  @Test func `row 99: A port of our own is dialled on no address of this machine`() throws {
    var rules = AddressRules(networks: [Network(address: [0, 0, 0, 0], prefix: 0)])
    rules.ownPorts = [8080]
    let ours = ["192.168.7.7", "2606:4700::7"]
    for address in [
      "127.0.0.1", "127.9.9.9", "0.0.0.0", "::", "::1", "::ffff:127.0.0.1", "::ffff:0.0.0.0",
      "192.168.7.7", "::ffff:192.168.7.7", "64:ff9b::192.168.7.7", "2606:4700::7",
    ] {
      for isDeclared in [true, false] {
        #expect(
          try !Self.allows(address, port: 8080, isDeclared: isDeclared, rules: rules, ours: ours),
          "\(address)")
      }
      #expect(
        try Self.allows(address, port: 8081, isDeclared: true, rules: rules, ours: ours),
        "\(address)")
    }
    #expect(try Self.allows("192.168.7.8", port: 8080, isDeclared: true, rules: rules, ours: ours))
    #expect(try Self.allows("8.8.8.8", port: 8080, isDeclared: false, rules: rules, ours: ours))
  }

  @Test func `This machine's addresses are asked for only where the port is one of ours`() throws {
    var rules = AddressRules()
    rules.ownPorts = [8080]
    var asked = 0
    for port: UInt16 in [80, 443, 8081] {
      _ = rules.allow([8, 8, 8, 8], port: port, isDeclared: false) { _ in
        asked += 1
        return false
      }
    }
    #expect(asked == 0)
    _ = rules.allow([8, 8, 8, 8], port: 8080, isDeclared: false) { _ in
      asked += 1
      return false
    }
    #expect(asked == 1)
  }
}
