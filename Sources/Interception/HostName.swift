import Glibc

/// A host as certificates name it: a DNS name in lower case without its last dot, or an address.
struct HostName: Hashable {
  /// The name, or the address in its usual form.
  let text: String
  /// The address in network order, 4 or 16 bytes; nil for a name.
  let address: [UInt8]?

  /// The host `text` names, brackets around an address and a last dot allowed; nil for anything
  /// that is neither a DNS name nor an address.
  init?(_ text: String) {
    var bare = text[...]
    if bare.first == "[", bare.last == "]" { bare = bare.dropFirst().dropLast() }
    if let address = HostName.address(String(bare)) {
      self.address = address
      self.text = HostName.text(of: address)
      return
    }
    if text.utf8.last == UInt8(ascii: ".") { bare = bare.dropLast() }
    let labels = bare.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard bare.utf8.count <= 253, labels.allSatisfy({ HostName.isLabel($0) }) else { return nil }
    self.text = bare.lowercased()
    address = nil
  }

  /// The host with an address of 4 or 16 bytes.
  init(address: [UInt8]) {
    self.address = address
    text = HostName.text(of: address)
  }

  private static func isLabel(_ label: Substring.UTF8View) -> Bool {
    guard (1...63).contains(label.count) else { return false }
    return label.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }

  private static func address(_ text: String) -> [UInt8]? {
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      if inet_pton(family, text, &bytes) == 1 { return bytes }
    }
    return nil
  }

  private static func text(of address: [UInt8]) -> String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = address.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, address, &text, socklen_t(text.count)) != nil else { return "" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
