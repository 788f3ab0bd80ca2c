extension CodeRule {
  /// The entry that `answer` names; nil when it names none, or several with different meanings.
  func entry(in answer: Answer) -> Entry? {
    switch comparison {
    case .equal:
      for part in parts {
        if let entry = equal(at: part, in: answer) { return entry }
      }
      return nil
    case .contains:
      let found = parts.flatMap { contained(at: $0, in: answer) }
      guard let first = found.first, found.allSatisfy({ $0.verdict == first.verdict }) else {
        return nil
      }
      return first
    }
  }

  private func equal(at part: AnswerPart, in answer: Answer) -> Entry? {
    for value in answer.values(at: part) {
      let bytes = value.utf8
      let entry = entries.first { entry in
        let text = entry.text.utf8
        if text.last == UInt8(ascii: "*") { return bytes.starts(with: text.dropLast()) }
        return bytes.elementsEqual(text)
      }
      if let entry { return entry }
    }
    return nil
  }

  private func contained(at part: AnswerPart, in answer: Answer) -> [Entry] {
    let scanner: JSONScanner
    let ranges: [Range<Int>]
    switch part {
    case .field(let name):
      guard let value = answer.field(name) else { return [] }
      scanner = JSONScanner(Array(value.utf8))
      ranges = [0..<scanner.end]
    case .body(let path):
      scanner = answer.body
      ranges = path.isEmpty ? [0..<scanner.end] : scanner.ranges(at: path)
    }
    return entries.filter { entry in
      ranges.contains { scanner.mentions(entry.text, in: $0) }
    }
  }
}
