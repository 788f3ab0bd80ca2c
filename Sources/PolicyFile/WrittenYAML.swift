/// A piece of YAML to be written, in block style outside and flow style inside.
indirect enum WrittenYAML {
  case text(String)
  /// A word or a number, as it stands.
  case plain(String)
  /// A piece of one line, and a comment behind it.
  case noted(WrittenYAML, String)
  /// A list in one line.
  case list([WrittenYAML])
  /// A map in one line.
  case map([Entry])
  /// A map with a line for each word.
  case block([Entry])
  /// A list with a line for each item.
  case lines([WrittenYAML])

  typealias Entry = (word: String, value: WrittenYAML)

  /// The piece as YAML, behind a word that is `depth` levels deep, with the line break behind it.
  ///
  /// Blocks begin on a line of their own.
  func text(depth: Int) -> String {
    let indent = String(repeating: "  ", count: depth)
    switch self {
    case .text, .plain, .list, .map: return " \(flow)\n"
    case .noted(let piece, let comment): return " \(piece.flow)  # \(comment)\n"
    case .block(let entries) where entries.isEmpty: return " {}\n"
    case .lines(let items) where items.isEmpty: return " []\n"
    case .block(let entries):
      return entries.reduce(into: "\n") { text, entry in
        text += "\(indent)\(Self.scalar(entry.word)):\(entry.value.text(depth: depth + 1))"
      }
    case .lines(let items):
      return items.reduce(into: "\n") { text, item in text += "\(indent)- \(item.flow)\n" }
    }
  }

  /// The piece in one line.
  private var flow: String {
    switch self {
    case .text(let text): Self.scalar(text)
    case .plain(let text): text
    case .noted(let piece, _): piece.flow
    case .list(let items), .lines(let items):
      "[" + items.map(\.flow).joined(separator: ", ") + "]"
    case .map(let entries), .block(let entries):
      entries.isEmpty
        ? "{}"
        : "{ "
          + entries.map { "\(Self.scalar($0.word)): \($0.value.flow)" }.joined(separator: ", ")
          + " }"
    }
  }

  /// A text as YAML reads it back: as it stands where nothing in it means something, else quoted.
  static func scalar(_ text: String) -> String {
    guard !isPlain(text) else { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      default: quoted += isPrintable(scalar) ? String(scalar) : escape(scalar)
      }
    }
    return quoted + "\""
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\U" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
      .unassigned:
      false
    default: true
    }
  }

  /// Whether the text needs no quotes: other readers of YAML take some words for no texts.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    let isNumberLike = first == UInt8(ascii: "0") && text.utf8.count > 1
    return (isLetterOrDigit(first) || first == UInt8(ascii: "/")) && last != UInt8(ascii: ":")
      && !(isNumberLike && text.utf8.allSatisfy { 0x30...0x39 ~= $0 })
      && !["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
      && text.utf8.allSatisfy { isLetterOrDigit($0) || "/:._%+-".utf8.contains($0) }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }
}
