import Policy

/// Host names and numeric addresses, strictly.
enum HostText {
  /// Whether `text` is a host name in lower case: labels of letters, digits, `-` and `_`.
  ///
  /// At most 253 bytes and 63 a label; no trailing dot; the last label is not a number, so that
  /// `127.1` and `0x7f.1` are no names.
  static func isName(_ text: String) -> Bool {
    guard !text.isEmpty, text.utf8.count <= 253 else { return false }
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    let areLabels = labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
        && label.utf8.allSatisfy { byte in
          switch byte {
          case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
          default: false
          }
        }
    }
    return areLabels && labels.last?.utf8.first.map { 0x30...0x39 ~= $0 } == false
  }

  /// The bytes of an IPv4 address in four decimal parts without leading zeros.
  static func ipv4(_ text: some StringProtocol) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.utf8.count), part == "0" || part.first != "0",
        part.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let byte = UInt8(part)
      else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  /// The bytes of an IPv6 address (RFC 4291 section 2.2), without zone or brackets.
  static func ipv6(_ text: String) -> [UInt8]? {
    guard text.utf8.count <= 45, text.contains(":"), !text.contains(":::") else { return nil }
    let pieces = text.split(separator: "::", omittingEmptySubsequences: false)
    guard pieces.count <= 2, let head = groups(pieces[0]),
      let tail = pieces.count == 2 ? groups(pieces[1]) : []
    else { return nil }
    if pieces.count == 1 { return head.count == 16 ? head : nil }
    let missing = 16 - head.count - tail.count
    return missing >= 2 ? head + [UInt8](repeating: 0, count: missing) + tail : nil
  }

  private static func groups(_ text: Substring) -> [UInt8]? {
    if text.isEmpty { return [] }
    var bytes: [UInt8] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains(".") {
        guard let last = ipv4(part) else { return nil }
        bytes += last
        continue
      }
      guard (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"),
        let group = UInt16(part, radix: 16)
      else { return nil }
      bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
    }
    return bytes
  }

  /// A numeric address of 4 or 16 bytes as text, the longest run of zero groups shortened to `::`
  /// (RFC 5952 section 4).
  static func text(_ address: [UInt8]) -> String {
    guard address.count == 16 else { return address.map(String.init).joined(separator: ".") }
    let groups = stride(from: 0, to: 16, by: 2).map {
      String(UInt16(address[$0]) << 8 | UInt16(address[$0 + 1]), radix: 16)
    }
    var longest = 0..<0
    var start = 0
    for index in 0...8 where index == 8 || groups[index] != "0" {
      if index - start > max(1, longest.count) { longest = start..<index }
      start = index + 1
    }
    guard !longest.isEmpty else { return groups.joined(separator: ":") }
    return groups[..<longest.lowerBound].joined(separator: ":") + "::"
      + groups[longest.upperBound...].joined(separator: ":")
  }

  /// Whether the numeric address stands for every address of this machine.
  static func isUnspecified(_ text: String) -> Bool {
    (ipv4(text) ?? ipv6(text))?.allSatisfy { $0 == 0 } ?? false
  }

  /// Whether the numeric address is one of this machine's own loopback addresses.
  static func isLoopback(_ text: String) -> Bool {
    if let bytes = ipv4(text) { return bytes[0] == 127 }
    return ipv6(text) == [UInt8](repeating: 0, count: 15) + [1]
  }

  /// Host and port of `host:port`, `[ipv6]:port`, or either without a port.
  static func parts(_ text: String) -> (host: String, port: UInt16?)? {
    var host = text.asciiLowercased[...]
    var rest = Substring()
    if host.first == "[" {
      guard let end = host.firstIndex(of: "]") else { return nil }
      rest = host[host.index(after: end)...]
      host = host[host.index(after: host.startIndex)..<end]
      guard ipv6(String(host)) != nil else { return nil }
    } else if let colon = host.firstIndex(of: ":") {
      rest = host[colon...]
      host = host[..<colon]
    }
    if rest.isEmpty { return (String(host), nil) }
    let digits = rest.dropFirst()
    guard rest.first == ":", (1...5).contains(digits.utf8.count),
      digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let port = UInt16(digits)
    else { return nil }
    return (String(host), port)
  }
}
