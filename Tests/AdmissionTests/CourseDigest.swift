/// A number that stands for all that was added to it, the same in every run and on every machine.
///
/// FNV-1a by bytes, so that it does not depend on `Hasher`'s seed.
struct CourseDigest {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ number: some BinaryInteger) {
    var rest = UInt64(truncatingIfNeeded: number)
    for _ in 0..<8 {
      add(byte: UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte: byte) }
    add(byte: 0xFF)
  }

  private mutating func add(byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
}
