/// How text from the file appears in a message: quoted, one line, at most 40 characters.
enum Echo {
  static func quoted(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars.prefix(40) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
        .unassigned:
        shown += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return text.unicodeScalars.count > 40 ? "\"\(shown)...\"" : "\"\(shown)\""
  }

  /// An end for a message about a word that is not among `words`, such as `; did you mean "x"?`.
  static func suggestion(for text: String, among words: [String]) -> String {
    Suggestion.nearest(to: text, among: words).map { "; did you mean \"\($0)\"?" } ?? ""
  }
}
