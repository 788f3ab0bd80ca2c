/// Eight bytes of a head as one number, the first in the lowest bits: asked about all at once.
///
/// An answer is a mask with the highest bit of each byte that is meant; of several, the lowest is
/// exact, and a mask without any says that there is none.
struct ByteWord: Hashable, Sendable {
  static let count = 8

  let bits: UInt64

  @inline(__always)
  init(_ bits: UInt64) { self.bits = bits }

  /// The first `count` bytes, 0 to 8 of them, and zeros behind.
  @inline(__always)
  func prefix(_ count: Int) -> ByteWord {
    guard count < ByteWord.count else { return self }
    return ByteWord(bits & ~(~0 &<< UInt64(truncatingIfNeeded: count &* 8)))
  }

  /// The bytes before the first that `mask`, which means one, means, and zeros behind.
  @inline(__always)
  func before(_ mask: UInt64) -> ByteWord {
    ByteWord(bits & ((mask & (0 &- mask)) &>> 7 &- 1))
  }

  /// The word with A to Z folded to lower case and every other byte as it is.
  @inline(__always)
  var lowercased: ByteWord {
    let low = bits & ByteWord.all(0x7F)
    let isBeyond = low &+ ByteWord.all(0x7F - 0x5A)
    let isFrom = low &+ ByteWord.all(0x80 - 0x41)
    let isUpper = (isBeyond ^ isFrom) & ~bits & ByteWord.all(0x80)
    return ByteWord(bits | isUpper &>> 2)
  }

  /// Where a byte is no letter, digit or hyphen, the bytes that most field names are made of.
  @inline(__always)
  var unusualInName: UInt64 {
    let low = bits & ByteWord.all(0x7F)
    let folded = low | ByteWord.all(0x20)
    let isLetter =
      (folded &+ ByteWord.all(0x80 - 0x61)) ^ (folded &+ ByteWord.all(0x7F - 0x7A))
    let isDigit = (low &+ ByteWord.all(0x80 - 0x30)) ^ (low &+ ByteWord.all(0x7F - 0x39))
    let isHyphen = ~((low ^ ByteWord.all(0x2D)) &+ ByteWord.all(0x7F))
    return (~(isLetter | isDigit | isHyphen) | bits) & ByteWord.all(0x80)
  }

  /// Where a byte is a colon.
  @inline(__always)
  var colons: UInt64 { zeros(bits ^ ByteWord.all(0x3A)) & ByteWord.all(0x80) }

  /// Where a byte is a control character, HTAB included.
  @inline(__always)
  var controls: UInt64 {
    (below(0x20) | zeros(bits ^ ByteWord.all(0x7F))) & ByteWord.all(0x80)
  }

  /// Where a byte may not stand in a request target (``ByteSet/target``).
  @inline(__always)
  var unfitForTarget: UInt64 {
    let quoteOrHash = zeros(bits & ByteWord.all(0xFE) ^ ByteWord.all(0x22))
    let angle = zeros(bits & ByteWord.all(0xFD) ^ ByteWord.all(0x3C))
    let backslash = zeros(bits ^ ByteWord.all(0x5C))
    let delete = zeros(bits ^ ByteWord.all(0x7F))
    return (below(0x21) | quoteOrHash | angle | backslash | delete | bits) & ByteWord.all(0x80)
  }

  /// The place of the first byte that `mask` means.
  @inline(__always)
  static func first(in mask: UInt64) -> Int { mask.trailingZeroBitCount &>> 3 }

  /// Eight times `byte`.
  @inline(__always)
  private static func all(_ byte: UInt64) -> UInt64 { byte &* 0x0101_0101_0101_0101 }

  /// Marks bytes of `word` that are 0, and perhaps some behind the first of them.
  @inline(__always)
  private func zeros(_ word: UInt64) -> UInt64 { (word &- ByteWord.all(1)) & ~word }

  @inline(__always)
  private func below(_ byte: UInt64) -> UInt64 { (bits &- ByteWord.all(byte)) & ~bits }
}

extension Span<UInt8> {
  /// The eight bytes from `start`, an offset of 31 bits, or nil where fewer are left.
  @inline(__always)
  func word(at start: Int) -> ByteWord? {
    // So narrowed, no sum can overflow, and one comparison and one load are left of all this.
    let at = Int(UInt32(truncatingIfNeeded: start))
    guard at &+ ByteWord.count <= count else { return nil }
    var bits = UInt64(self[at])
    bits |= UInt64(self[at &+ 1]) &<< 8
    bits |= UInt64(self[at &+ 2]) &<< 16
    bits |= UInt64(self[at &+ 3]) &<< 24
    bits |= UInt64(self[at &+ 4]) &<< 32
    bits |= UInt64(self[at &+ 5]) &<< 40
    bits |= UInt64(self[at &+ 6]) &<< 48
    bits |= UInt64(self[at &+ 7]) &<< 56
    return ByteWord(bits)
  }

  /// The bytes from `start` to `end`, eight at most, and zeros behind.
  @inline(__always)
  func word(from start: Int, to end: Int) -> ByteWord {
    guard start < end else { return ByteWord(0) }
    return word(at: start)?.prefix(end &- start) ?? shortWord(from: start, to: end)
  }

  @inline(never)
  private func shortWord(from start: Int, to end: Int) -> ByteWord {
    var bits: UInt64 = 0
    for at in (start..<Swift.min(end, start + ByteWord.count)).reversed() {
      bits = bits &<< 8 | UInt64(self[at])
    }
    return ByteWord(bits)
  }
}
