/// Names of accounts, callers, endpoints and own keys as small numbers, each kept while it is used.
struct Names {
  private var ids: [String: Int32] = [:]
  private var texts = ContiguousArray<String>()
  private var uses = ContiguousArray<Int32>()
  private var free: [Int32] = []

  var count: Int { ids.count }

  /// The number of `text`, with one more use.
  mutating func retain(_ text: String) -> Int32 {
    if let id = ids[text] {
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
    ids[text] = id
    return id
  }

  /// One more use of a number that is in use; -1 stands for no name.
  mutating func retain(_ id: Int32) {
    if id >= 0 { uses[Int(id)] += 1 }
  }

  /// One use less; the last one forgets the name.
  mutating func release(_ id: Int32) {
    guard id >= 0 else { return }
    uses[Int(id)] -= 1
    guard uses[Int(id)] == 0 else { return }
    ids[texts[Int(id)]] = nil
    texts[Int(id)] = ""
    free.append(id)
  }

  func text(_ id: Int32) -> String { texts[Int(id)] }
}
