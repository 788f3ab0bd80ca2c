import FuzzSupport

/// Chunk extensions (RFC 9112 section 7.1.1) read by recursive descent: `;name`, `;name=value`.
struct ExtensionReader {
  private let bytes: ArraySlice<UInt8>
  private(set) var at: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    at = bytes.startIndex
  }

  /// Whether a carriage return ends good extensions; `at` is then where it stands, else where the
  /// first byte stands that cannot be there, or the end.
  mutating func read() -> Bool {
    blanks()
    while peek == 0x3B {
      at += 1
      blanks()
      guard token() else { return false }
      if peek == 0x0D { return true }
      blanks()
      guard peek == 0x3D else {
        if peek == 0x3B { continue }
        return false
      }
      at += 1
      blanks()
      guard peek == 0x22 ? quoted() : token() else { return false }
      if peek == 0x0D { return true }
      blanks()
    }
    return false
  }

  private var peek: UInt8? { at < bytes.endIndex ? bytes[at] : nil }

  private mutating func blanks() {
    while peek == 0x20 || peek == 0x09 { at += 1 }
  }

  private mutating func token() -> Bool {
    let name = bytes[at...].prefix { [$0].isToken }
    at += name.count
    return !name.isEmpty
  }

  private mutating func quoted() -> Bool {
    at += 1
    while let byte = peek, byte != 0x22 {
      if byte == 0x5C {
        at += 1
        guard peek != nil else { return false }
      }
      guard let byte = peek, [byte].isFieldText else { return false }
      at += 1
    }
    guard peek == 0x22 else { return false }
    at += 1
    return true
  }
}
