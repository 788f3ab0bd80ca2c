/// A name, ASCII letters folded to lower case: its length and its first 32 bytes in four words, so
/// that comparing two that are not longer is comparing integers.
struct PackedName: Hashable, Sendable {
  static let longest = 32

  let count: Int
  let first: ByteWord
  let second: ByteWord
  let third: ByteWord
  let fourth: ByteWord

  /// The name spelled by the bytes at `range`.
  @inline(__always)
  init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    let (start, end) = (range.lowerBound, range.upperBound)
    let none = ByteWord(0)
    let first = bytes.word(from: start, to: end)
    guard end &- start > ByteWord.count else {
      self.init(end &- start, first, none, none, none)
      return
    }
    let second = bytes.word(from: start &+ 8, to: end)
    guard end &- start > 2 &* ByteWord.count else {
      self.init(end &- start, first, second, none, none)
      return
    }
    self.init(
      end &- start, first, second, bytes.word(from: start &+ 16, to: end),
      bytes.word(from: start &+ 24, to: end))
  }

  /// What stands from `start` up to a colon; nil where none comes within ``longest`` bytes, or the
  /// end of `bytes` is too near to look at whole words.
  @inline(__always)
  init?(upToColonIn bytes: Span<UInt8>, from start: Int) {
    let none = ByteWord(0)
    guard let one = bytes.word(at: start) else { return nil }
    var end = one.colons
    if end != 0 {
      self.init(ByteWord.first(in: end), one.before(end), none, none, none)
      return
    }
    guard let two = bytes.word(at: start &+ 8) else { return nil }
    end = two.colons
    if end != 0 {
      self.init(ByteWord.first(in: end) &+ 8, one, two.before(end), none, none)
      return
    }
    guard let three = bytes.word(at: start &+ 16) else { return nil }
    end = three.colons
    if end != 0 {
      self.init(ByteWord.first(in: end) &+ 16, one, two, three.before(end), none)
      return
    }
    guard let four = bytes.word(at: start &+ 24) else { return nil }
    end = four.colons
    guard end != 0 else { return nil }
    self.init(ByteWord.first(in: end) &+ 24, one, two, three, four.before(end))
  }

  /// Whether it is made of letters, digits and hyphens alone.
  var isUsual: Bool {
    // Behind the name's end stand zeros, which count as unusual.
    first.unusualInName.prefix(count) | second.unusualInName.prefix(count &- 8)
      | third.unusualInName.prefix(count &- 16) | fourth.unusualInName.prefix(count &- 24) == 0
  }

  @inline(__always)
  private init(
    _ count: Int, _ first: ByteWord, _ second: ByteWord, _ third: ByteWord, _ fourth: ByteWord
  ) {
    self.count = count
    self.first = first.lowercased
    self.second = second.lowercased
    self.third = third.lowercased
    self.fourth = fourth.lowercased
  }

  /// The name `text`.
  init(_ text: String) {
    let bytes = Array(text.utf8)
    self.init(bytes.span, 0..<bytes.count)
  }

  /// A number that two different names rarely share; its highest bits are the best.
  @inline(__always)
  var hash: UInt64 {
    let mixed =
      first.bits ^ second.bits.rotated(23) ^ third.bits.rotated(41) ^ fourth.bits.rotated(11)
    return (mixed ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
  }

  /// `close`, its first byte lowest in the word; the others likewise.
  @inline(__always)
  static var close: PackedName { PackedName(5, 0x65_736F_6C63) }
  @inline(__always)
  static var chunked: PackedName { PackedName(7, 0x64_656B_6E75_6863) }
  @inline(__always)
  static var keepAlive: PackedName { PackedName(10, 0x696C_612D_7065_656B, 0x6576) }
  @inline(__always)
  static var continue100: PackedName { PackedName(12, 0x746E_6F63_2D30_3031, 0x6575_6E69) }

  @inline(__always)
  private init(_ count: Int, _ first: UInt64, _ second: UInt64 = 0) {
    self.init(count, ByteWord(first), ByteWord(second), ByteWord(0), ByteWord(0))
  }
}

extension UInt64 {
  /// The lowest `count` bytes.
  fileprivate func prefix(_ count: Int) -> UInt64 {
    count > 0 ? ByteWord(self).prefix(count).bits : 0
  }

  @inline(__always)
  fileprivate func rotated(_ count: UInt64) -> UInt64 { self &<< count | self &>> (64 - count) }
}
