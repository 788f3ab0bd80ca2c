import Timekeeping

/// The values of a field that came in several lines, joined by commas.
enum FieldList {
  /// Calls `body` with each member of `value`, trimmed, empty ones left out.
  ///
  /// The comma of an HTTP-date does not part. A value without a comma costs no allocation.
  static func forEach(_ value: String, _ body: (Substring) -> Void) {
    guard value.utf8.contains(UInt8(ascii: ",")) else {
      let member = trimmed(value[...])
      if !member.isEmpty { body(member) }
      return
    }
    for member in members(of: value) { body(member) }
  }

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

  /// Whether a member of a list may have parameters.
  static func hasParameters(_ text: Span<UInt8>) -> Bool {
    for at in text.indices where text[at] == UInt8(ascii: ";") { return true }
    return false
  }

  /// The text of `member` before its parameters.
  static func bare(_ member: Substring) -> Substring {
    guard let end = member.utf8.firstIndex(of: UInt8(ascii: ";")) else { return member }
    return trimmed(member[..<end])
  }

  /// The whole number of seconds that the parameter `w` or `window` of `member` states.
  static func window(of member: Substring) -> Duration? {
    for parameter in member.split(separator: ";").dropFirst() {
      let halves = parameter.split(separator: "=", maxSplits: 1)
      guard halves.count == 2, ["w", "window"].contains(trimmed(halves[0])),
        let number = DecimalText(trimmed(halves[1]).utf8)
      else { continue }
      let seconds = number.roundedDown
      if (1...366 * 86_400).contains(seconds) { return .seconds(seconds) }
    }
    return nil
  }

  static func trimmed(_ text: Substring) -> Substring {
    guard isBlank(text.utf8.first) || isBlank(text.utf8.last) else { return text }
    var text = text
    while isBlank(text.utf8.first) { text.removeFirst() }
    while isBlank(text.utf8.last) { text.removeLast() }
    return text
  }

  private static func isBlank(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 0x09 }
}
