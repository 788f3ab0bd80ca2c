/// Names of accounts, callers, endpoints and own keys as small numbers, each kept while it is used.
struct Names {
  private var index = SlotIndex()
  private var texts = ContiguousArray<String>()
  private var uses = ContiguousArray<Int32>()
  private var free: [Int32] = []
  /// Names found lately, in use or not, by length and last byte; -1 for none.
  private var recent = ContiguousArray<Int32>(repeating: -1, count: 256)

  var count: Int { index.count }

  /// The number of `text`, with one more use.
  mutating func retain(_ text: String) -> Int32 {
    let hash = text.hashValue
    if let id = index.find(hash, { texts[Int($0)] == text }) {
      uses[Int(id)] += 1
      return id
    }
    let id = free.popLast() ?? Int32(texts.count)
    if Int(id) == texts.count {
      texts.append(text)
      uses.append(1)
    } else {
      texts[Int(id)] = text
      uses[Int(id)] = 1
    }
    index.insert(id, hash) { texts[Int($0)].hashValue }
    return id
  }

  /// The number of `text`, if it is in use; the latest ones are found without hashing.
  mutating func lookUp(_ text: String) -> Int32? {
    let bytes = text.utf8
    let last = bytes.isEmpty ? 0 : bytes[bytes.index(before: bytes.endIndex)]
    let place = (bytes.count &* 16 &+ Int(last)) & (recent.count - 1)
    let guess = Int(recent[place])
    if guess >= 0, uses[guess] > 0, texts[guess] == text { return Int32(guess) }
    guard let found = find(text) else { return nil }
    recent[place] = found
    return found
  }

  /// The number of `text`, if it is in use.
  func find(_ text: String) -> Int32? { index.find(text.hashValue) { texts[Int($0)] == text } }

  /// One more use of a number that is in use; -1 stands for no name.
  mutating func retain(_ id: Int32) {
    if id >= 0 { uses[Int(id)] += 1 }
  }

  /// One use less; the last one forgets the name.
  mutating func release(_ id: Int32) {
    guard id >= 0 else { return }
    uses[Int(id)] -= 1
    guard uses[Int(id)] == 0 else { return }
    index.remove(id, texts[Int(id)].hashValue) { texts[Int($0)].hashValue }
    texts[Int(id)] = ""
    free.append(id)
  }

  func text(_ id: Int32) -> String { texts[Int(id)] }
}
