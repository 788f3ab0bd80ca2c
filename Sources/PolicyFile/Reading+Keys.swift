import Policy

/// Nothing that stands under `keys` is repeated in a message, but for names of variables and files.
extension Reading {
  static let longestSecret = 8192

  /// The keys of an API.
  mutating func keys(_ item: Item) -> KeyDrafts {
    var drafts = KeyDrafts()
    for entry in names(item, of: "keys") {
      if !Reading.isName(entry.word) {
        faults.add(
          entry.position, "this is no name for a key, allowed: \(Reading.nameRule)")
      }
      drafts.names.append(entry.word)
      guard
        let words = words(entry.value, in: "a key", allowed: ["secret"], isPrivate: true)
      else { continue }
      guard let source = words["secret"] else {
        faults.add(
          entry.position, "this key has no secret, allowed: secret: env:NAME or file:/path")
        continue
      }
      let secret = self.secret(source.value) ?? Secret([])
      drafts.keys.append(
        ApiKey(name: entry.word, secret: secret, source: Reading.source(of: source.value)))
    }
    return drafts
  }

  /// Where a secret comes from, once `secret` has found nothing wrong with it.
  static func source(of item: Item) -> SecretSource {
    guard case .text(let text) = item.content, text.hasPrefix("file:") else {
      if case .text(let text) = item.content { return .environment(String(text.dropFirst(4))) }
      return .environment("")
    }
    return .file(String(text.dropFirst(5)))
  }

  mutating func secret(_ item: Item) -> Secret? {
    guard let text = text(item, for: "secret", allowed: "env:NAME or file:/path") else {
      return nil
    }
    let bytes: [UInt8]?
    let source: String
    if text.hasPrefix("env:") {
      let name = String(text.dropFirst(4))
      (bytes, source) = (variable(name, at: item.position), "the variable's value")
    } else if text.hasPrefix("file:") {
      let path = String(text.dropFirst(5))
      (bytes, source) = (secretFile(path, at: item.position), "the file's content")
    } else if text.hasPrefix("credential:") {
      faults.add(
        item.position,
        "credential: is not supported by this version of Penstock, allowed for secret: env:NAME "
          + "or file:/path")
      return nil
    } else {
      faults.add(
        item.position,
        "a secret must not stand in this file, allowed for secret: env:NAME or file:/path")
      return nil
    }
    return bytes.flatMap { check($0, source: source, at: item.position) }
  }

  private mutating func variable(_ name: String, at position: Position) -> [UInt8]? {
    let isName =
      name.utf8.first.map { !(0x30...0x39 ~= $0) } ?? false
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
        default: false
        }
      }
    guard isName else {
      faults.add(
        position, "this is no variable's name, allowed after env: letters, digits and _")
      return nil
    }
    guard let value = sources.environment[name] else {
      // A secret pasted behind env: is seldom all in upper case.
      let shown = name == name.uppercased() ? " \(Echo.quoted(name))" : " named here"
      faults.add(position, "the environment variable\(shown) is not set")
      return nil
    }
    return Array(value.utf8)
  }

  private mutating func secretFile(_ path: String, at position: Position) -> [UInt8]? {
    guard path.hasPrefix("/"), !path.utf8.contains(0) else {
      faults.add(
        position, "this is no path, allowed after file: an absolute path such as /run/secrets/key")
      return nil
    }
    do {
      return try sources.secretFile(path)
    } catch {
      let reason = (error as? FileFailure).map { ": \($0.reason)" } ?? ""
      faults.add(position, "cannot read the secret's file \(Echo.quoted(path))\(reason)")
      return nil
    }
  }

  private mutating func check(
    _ content: [UInt8], source: String, at position: Position
  ) -> Secret? {
    var bytes = content[...]
    while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
    if bytes.isEmpty {
      faults.add(position, "\(source) is empty, allowed: a secret")
    } else if bytes.count > Reading.longestSecret {
      faults.add(position, "\(source) is longer than a secret may be, allowed: 8192 bytes")
    } else if !bytes.allSatisfy({ 0x20...0x7E ~= $0 }) || bytes.first == 0x20 || bytes.last == 0x20
    {
      faults.add(
        position,
        "\(source) cannot stand in a header, allowed: visible ASCII on one line, no space around")
    } else {
      return Secret(Array(bytes))
    }
    return nil
  }
}
