extension [UInt8] {
  /// Where `part` begins, or nil when it stands nowhere.
  public func firstRange(of part: [UInt8]) -> Int? {
    guard !part.isEmpty, count >= part.count else { return nil }
    return (0...count - part.count).first { self[$0..<$0 + part.count].elementsEqual(part) }
  }
}

extension Collection<UInt8> {
  /// The bytes with letters in lower case.
  public var lowercased: [UInt8] { map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 } }

  /// Whether all bytes may stand in a field's value: HTAB, visible ASCII, space, and beyond ASCII.
  public var isFieldText: Bool { allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F } }

  /// Whether these bytes are a token (RFC 9110 section 5.6.2).
  public var isToken: Bool {
    !isEmpty
      && allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }

  /// The bytes as text for a message about a finding.
  public var shown: String { String(decoding: self, as: UTF8.self) }
}

extension BidirectionalCollection<UInt8> {
  /// The bytes without the blanks around them.
  public var trimmed: [UInt8] {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
    return Array(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  }
}
