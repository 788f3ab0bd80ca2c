import Policy

/// Ranges of addresses as an operator writes them: `10.0.0.0/8`, `fd00::/8`.
enum NetworkText {
  /// The network `text` means: a numeric address, a slash, and a number of leading bits.
  static func parse(_ text: String) throws(Misread) -> Network {
    let halves = text.split(separator: "/", omittingEmptySubsequences: false)
    let host = halves.first.map { String($0).asciiLowercased } ?? ""
    guard let address = HostText.ipv4(host) ?? HostText.ipv6(host) else { throw misread(text) }
    guard halves.count == 2 else {
      throw halves.count > 2
        ? misread(text)
        : Misread(
          "\(Echo.quoted(text)) has no length, allowed: \(host)/\(address.count * 8) for this "
            + "address alone, or a network such as 10.0.0.0/8")
    }
    let digits = halves[1]
    guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
      digits == "0" || digits.first != "0", let prefix = Int(digits), prefix <= address.count * 8
    else {
      throw Misread(
        "\(Echo.quoted(text)) has no such length, allowed behind /: 0 to \(address.count * 8)")
    }
    let network = Network(address: cut(address, to: prefix), prefix: prefix)
    guard network.address == address else {
      throw Misread(
        "\(Echo.quoted(text)) has bits behind its length, allowed: \(Self.text(network))")
    }
    if prefix >= 96, Network.mapped.contains(address) {
      throw Misread(
        "\(Echo.quoted(text)) is a network of IPv4, allowed: "
          + Self.text(Network(address: Array(address.suffix(4)), prefix: prefix - 96)))
    }
    return network
  }

  /// The network as `parse` reads it.
  static func text(_ network: Network) -> String {
    "\(HostText.text(network.address))/\(network.prefix)"
  }

  /// The first address of the network of this length that an address is in.
  private static func cut(_ address: [UInt8], to prefix: Int) -> [UInt8] {
    address.enumerated().map { index, byte in
      let kept = min(8, max(0, prefix - index * 8))
      return kept == 0 ? 0 : byte & (0xFF << UInt8(8 - kept))
    }
  }

  private static func misread(_ text: String) -> Misread {
    Misread(
      "\(Echo.quoted(text)) is no network, allowed: a numeric address and how many of its bits "
        + "count, such as 10.0.0.0/8 or fd00::/8")
  }
}
