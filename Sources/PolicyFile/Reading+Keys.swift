import Policy

/// Nothing that stands under `keys` is repeated in a message, but for names of variables and files.
extension Reading {
  static let secretRule = "env:NAME, file:/path or credential:NAME"

  /// The keys of an API.
  mutating func keys(_ item: Item) -> KeyDrafts {
    var drafts = KeyDrafts()
    for entry in names(item, of: "keys") {
      if !Reading.isName(entry.word) {
        faults.add(
          entry.position, "this is no name for a key, allowed: \(Reading.nameRule)")
      }
      let name = entry.word
      drafts.names.append(name)
      guard
        let words = words(entry.value, in: "a key", allowed: ["secret"], isPrivate: true)
      else { continue }
      guard let entry = words["secret"] else {
        faults.add(
          entry.position, "this key has no secret, allowed: secret: \(Reading.secretRule)")
        continue
      }
      // A key without its secret counts all the same, or lanes that name it would be faults too.
      let (secret, source) = self.secret(entry.value) ?? (Secret([]), .environment(""))
      drafts.keys.append(ApiKey(name: name, secret: secret, source: source))
    }
    return drafts
  }

  /// A secret and where it can be read again.
  mutating func secret(
    _ item: Item, for word: String = "secret"
  ) -> (secret: Secret, source: SecretSource)? {
    guard let text = text(item, for: word, allowed: Reading.secretRule) else { return nil }
    guard let source = source(text, for: word, at: item.position) else { return nil }
    do {
      return (try sources.secret(source), source)
    } catch {
      faults.add(item.position, Reading.message(for: error, of: source))
      return nil
    }
  }

  /// What stands behind the name of a source.
  private mutating func source(
    _ text: String, for word: String, at position: Position
  ) -> SecretSource? {
    let value = text.firstIndex(of: ":").map { String(text[text.index(after: $0)...]) } ?? ""
    switch text.prefix(while: { $0 != ":" }) {
    case "env" where text.contains(":"):
      if Reading.isVariable(value) { return .environment(value) }
      faults.add(
        position, "this is no variable's name, allowed after env: letters, digits and _")
    case "file" where text.contains(":"):
      if value.hasPrefix("/"), !value.utf8.contains(0) { return .file(value) }
      faults.add(
        position, "this is no path, allowed after file: an absolute path such as /run/secrets/key")
    case "credential" where text.contains(":"):
      if Reading.isCredential(value) { return .credential(value) }
      faults.add(
        position,
        "this is no credential's name, allowed after credential: letters, digits, _, - and .")
    default:
      faults.add(
        position,
        "a secret must not stand in this file, allowed for \(word): \(Reading.secretRule)")
    }
    return nil
  }

  private static func message(for fault: SecretFault, of source: SecretSource) -> String {
    if fault.isUnfit { return fault.reason }
    switch source {
    case .environment(let name):
      // A secret pasted behind env: is seldom all in upper case.
      let shown = name == name.uppercased() ? " \(Echo.quoted(name))" : " named here"
      return "cannot read the environment variable\(shown): \(fault.reason)"
    case .file(let path):
      return "cannot read the secret's file \(Echo.quoted(path)): \(fault.reason)"
    case .credential:
      return "cannot read the credential named here: \(fault.reason)"
    }
  }

  private static func isVariable(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(0x30...0x39 ~= first) else { return false }
    return name.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
  }

  /// Whether a name is one systemd takes (systemd.exec(5)) and that leads out of no folder.
  private static func isCredential(_ name: String) -> Bool {
    (1...255).contains(name.utf8.count) && name != "." && name != ".."
      && name.utf8.allSatisfy { isLetterOrDigit($0) || "_-.".utf8.contains($0) }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }
}
