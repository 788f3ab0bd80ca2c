/// Finds single values in a JSON text without building a tree of it.
///
/// Bounded on purpose, because the text comes from outside: the first 64 KiB, 32 levels, no
/// recursion. What stands after the wanted value is not looked at, so a text cut short still
/// yields what it holds in full; what is skipped on the way is checked for matching brackets and
/// strings only. Of members with the same name the first counts. Grammar: RFC 8259.
public struct JSONScanner: Sendable {
  /// Bytes of a text that are looked at; what follows counts as cut off.
  public static let longestText = 65_536
  /// Levels of objects and arrays that are followed.
  public static let deepest = 32

  let bytes: [UInt8]
  let end: Int

  /// A scanner of `bytes`; copies nothing.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    end = min(bytes.count, Self.longestText)
  }

  /// The scalar at the path of member names, or nil when there is none.
  public func scalar(at path: [String]) -> JSONScalar? {
    range(at: path).flatMap { scalar(in: $0, mayEndText: path.isEmpty) }
  }

  /// The scalar that stands in `range`, or nil when something else does.
  func scalar(in range: Range<Int>, mayEndText: Bool) -> JSONScalar? {
    switch bytes[range.lowerBound] {
    case UInt8(ascii: "{"), UInt8(ascii: "["): return nil
    case UInt8(ascii: "\""):
      return string(in: range.lowerBound + 1..<range.upperBound - 1).map { .string($0) }
    default: return bare(in: range, mayEndText: mayEndText)
    }
  }

  /// Where the value at the path of member names stands, brackets and quotes included.
  public func range(at path: [String]) -> Range<Int>? {
    guard path.count < Self.deepest else { return nil }
    var start = skipSpace(from: 0)
    for (level, name) in path.enumerated() {
      guard let value = member(name, ofObjectAt: start, level: level) else { return nil }
      start = value
    }
    return skipValue(from: start, level: path.count).map { start..<$0 }
  }

  /// Whether `word`, in lower-case ASCII, stands in the bytes of `range`, in whatever case.
  func mentions(_ word: String, in range: Range<Int>) -> Bool {
    let word = word.utf8
    guard let first = word.first, range.count >= word.count else { return false }
    return (range.lowerBound...range.upperBound - word.count).contains { start in
      lowercased(start) == first
        && zip(start..<start + word.count, word).allSatisfy { lowercased($0) == $1 }
    }
  }

  private func lowercased(_ index: Int) -> UInt8 {
    let byte = bytes[index]
    return byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }

  /// A number or one of the three words; one that ends with the text may have been cut short.
  private func bare(in range: Range<Int>, mayEndText: Bool) -> JSONScalar? {
    if range.upperBound == end, !mayEndText || end < bytes.count { return nil }
    let text = String(decoding: bytes[range], as: UTF8.self)
    switch text {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    default: return DecimalText(bytes[range]) == nil ? nil : .number(text)
    }
  }
}
