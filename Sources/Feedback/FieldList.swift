import Timekeeping

/// The values of a field that came in several lines, joined by commas.
enum FieldList {
  /// The members of `value`, trimmed, empty ones left out; the comma of an HTTP-date does not part.
  static func members(of value: String) -> [Substring] {
    let pieces = value.split(separator: ",", omittingEmptySubsequences: false)
    var members: [Substring] = []
    var index = pieces.startIndex
    while index < pieces.endIndex {
      let piece = trimmed(pieces[index])
      let next = index + 1
      if next < pieces.endIndex {
        let pair = trimmed(value[pieces[index].startIndex..<pieces[next].endIndex])
        if HTTPDate.parse(pair) != nil {
          members.append(pair)
          index += 2
          continue
        }
      }
      if !piece.isEmpty { members.append(piece) }
      index = next
    }
    return members
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.utf8.first, first == 0x20 || first == 0x09 { text.removeFirst() }
    while let last = text.utf8.last, last == 0x20 || last == 0x09 { text.removeLast() }
    return text
  }
}
