/// Numbers by names, looked up by the bytes of a name without making a text of them.
struct NameTable: Sendable {
  private struct Entry {
    let name: [UInt8]
    let number: Int
  }

  /// The names of `n` bytes stand at `n`.
  private let entries: [[Entry]]

  init(_ numbers: [String: Int]) {
    let longest = numbers.keys.map(\.utf8.count).max() ?? 0
    var entries = [[Entry]](repeating: [], count: longest + 1)
    for (name, number) in numbers {
      entries[name.utf8.count].append(Entry(name: Array(name.utf8), number: number))
    }
    self.entries = entries
  }

  /// The number of `name`; without regard to the case of letters, names must be in lower case.
  func number(of name: Span<UInt8>, inAnyCase: Bool = false) -> Int? {
    guard name.count < entries.count else { return nil }
    for at in entries[name.count].indices
    where NameTable.areEqual(entries[name.count][at].name, name, inAnyCase: inAnyCase) {
      return entries[name.count][at].number
    }
    return nil
  }

  /// Whether both are the same; they are of one length.
  private static func areEqual(
    _ name: [UInt8], _ other: Span<UInt8>, inAnyCase: Bool
  ) -> Bool {
    for at in name.indices where name[at] != other[at] {
      guard inAnyCase, 0x41...0x5A ~= other[at], name[at] == other[at] | 0x20 else { return false }
    }
    return true
  }
}
