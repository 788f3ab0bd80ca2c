/// Places in a JSON text as an operator writes them: pointers such as `/data/id` (RFC 6901).
enum PointerText {
  static let deepest = 8
  static let longest = 512

  /// The names of members a pointer goes through, outermost first: 1 to 8 of them.
  static func parse(_ text: String) throws(Misread) -> [String] {
    // Scalars, for a slash with an accent behind it is no Character of its own.
    let scalars = text.unicodeScalars
    guard scalars.first == "/", text.utf8.count <= longest else { throw misread(text) }
    var names: [String] = []
    for part in scalars.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      names.append(try name(part, of: text))
    }
    if names.count > deepest {
      throw Misread("\(Echo.quoted(text)) goes too deep, allowed: \(deepest) levels")
    }
    return names
  }

  /// One name with `~1` for a slash and `~0` for a tilde (RFC 6901 section 4).
  private static func name(
    _ part: Substring.UnicodeScalarView, of text: String
  ) throws(Misread) -> String {
    var name = ""
    var rest = part
    while let scalar = rest.popFirst() {
      if scalar != "~" {
        name.unicodeScalars.append(scalar)
        continue
      }
      switch rest.popFirst() {
      case "0": name += "~"
      case "1": name += "/"
      default: throw misread(text)
      }
    }
    return name
  }

  /// The pointer that `parse` reads as these names.
  static func text(_ names: [String]) -> String {
    names.map { name in
      "/" + name.unicodeScalars.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined()
    }.joined()
  }

  private static func misread(_ text: String) -> Misread {
    Misread(
      "\(Echo.quoted(text)) is no place in a JSON text, allowed: a pointer such as /data/id, with "
        + "~1 for a slash and ~0 for a tilde in a name")
  }
}
