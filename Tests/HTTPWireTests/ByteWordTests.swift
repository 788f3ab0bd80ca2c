import Seeding
import Testing

@testable import HTTPWire

/// Eight bytes at once against one after the other.
struct ByteWordTests {
  /// Where `isMeant` holds first in `bytes`, or nil.
  private func expect(
    _ mask: UInt64, _ bytes: [UInt8], _ what: String, _ isMeant: (UInt8) -> Bool
  ) {
    let first = bytes.firstIndex(where: isMeant)
    let found = mask == 0 ? nil : ByteWord.first(in: mask)
    #expect(found == first, "\(what) of \(bytes)")
  }

  private func check(_ bytes: [UInt8]) throws {
    let read = bytes.span.word(at: 0)
    let word = try #require(read)
    let usual = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-".utf8)
    expect(word.unusualInName, bytes, "unusual") { !usual.contains($0) }
    expect(word.colons, bytes, "colons") { $0 == 0x3A }
    expect(word.controls, bytes, "controls") { $0 < 0x20 || $0 == 0x7F }
    expect(word.unfitForTarget, bytes, "unfit") { !ByteSet.target.contains($0) }
    if word.controls != 0 {
      let end = ByteWord.first(in: word.controls)
      #expect(word.before(word.controls) == word.prefix(end))
    }
    let lowercased = bytes.map(\.asciiLowercased)
    #expect(word.lowercased == lowercased.span.word(at: 0))
    for count in 0...8 {
      let cut = Array(bytes[..<count])
      #expect(cut.span.word(from: 0, to: count) == word.prefix(count))
    }
  }

  @Test(arguments: UInt8.min...UInt8.max)
  func `every byte is told at every place`(_ byte: UInt8) throws {
    for place in 0..<8 {
      var bytes = latin1("abcDEF-9")
      bytes[place] = byte
      try check(bytes)
    }
  }

  @Test(arguments: [UInt64](1...300))
  func `words of any bytes are told like their bytes`(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    try check((0..<8).map { _ in UInt8.random(in: 0...255, using: &generator) })
  }

  @Test(arguments: [UInt64](1...100))
  func `ends are found like byte by byte`(_ seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var bytes = (0..<60).map { _ in UInt8.random(in: 0x21...0x7E, using: &generator) }
    bytes[Int.random(in: 20..<60, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
    for start in [0, 3, 9] {
      for stop in [start, start + 7, 40, 60] {
        let rest = bytes[start..<stop]
        let content = rest.firstIndex { !$0.isFieldContent } ?? stop
        let target = rest.firstIndex { !ByteSet.target.contains($0) } ?? stop
        let token = rest.firstIndex { !ByteSet.token.contains($0) } ?? stop
        #expect(bytes.span.endOfContent(from: start, to: stop) == content, "seed \(seed)")
        #expect(bytes.span.endOfTarget(from: start, to: stop) == target, "seed \(seed)")
        #expect(bytes.span.endOfToken(from: start, to: stop) == token, "seed \(seed)")
      }
    }
  }

  @Test func `no word reaches beyond the end`() {
    let bytes = latin1("0123456789")
    #expect(bytes.span.word(at: 2) != nil && bytes.span.word(at: 3) == nil)
    #expect(bytes.span.word(at: -1) == nil && bytes.span.word(at: .max) == nil)
    #expect(bytes.span.extracting(0..<0).word(at: 0) == nil)
  }
}
