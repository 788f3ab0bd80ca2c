import Policy

extension Reading {
  static let listenerWords = ["address", "mode", "tls", "users"]
  static let adminWords = ["address", "mode", "token"]
  static let shortestToken = 16
  private static let anAddress = "an address such as 127.0.0.1:8080"

  /// Where Penstock listens, with the defaults of what is left out.
  mutating func listen(_ entry: Item.Entry?) -> ListenDraft {
    var draft = ListenDraft()
    guard let entry,
      let listen = words(entry.value, in: "listen", allowed: ["proxy", "admin"])
    else { return draft }
    if let proxy = listen["proxy"] {
      let allowed = Reading.anAddress + " or a list of them"
      draft.proxies = []
      for item in oneOrMore(proxy.value, for: "proxy", allowed: allowed) {
        guard let rule = self.proxy(item, of: &draft) else { continue }
        if isTaken(rule.address, by: draft.proxies) {
          faults.add(item.position, "address \(rule.address.text) stands twice, allowed: once")
        }
        draft.proxies.append(rule)
      }
    }
    if let item = listen["admin"]?.value { admin(item, of: &draft) }
    if isTaken(draft.admin.address, by: draft.proxies) {
      faults.add(
        (listen["admin"] ?? listen["proxy"])?.value.position ?? listen.position,
        "admin and proxy are both \(draft.admin.address.text), allowed: two different addresses")
    }
    return draft
  }

  private func isTaken(_ address: ListenAddress, by rules: [ListenRule]) -> Bool {
    !address.isAnyPort && rules.contains { $0.address == address }
  }

  private mutating func proxy(_ item: Item, of draft: inout ListenDraft) -> ListenRule? {
    guard
      let (position, address, words) = listener(
        item, in: "proxy", allowed: Reading.listenerWords)
    else { return nil }
    var rule = ListenRule(address)
    if let entry = words?["mode"] { rule.mode = mode(entry, at: address) ?? rule.mode }
    if let entry = words?["tls"] { rule.tls = listenTLS(entry, at: address) }
    if let entry = words?["users"] {
      rule.needsUser = choice(entry.value, for: "users", among: ["required"]) != nil
      draft.usersPositions.append(entry.value.position)
    }
    // What is wrong with who may come is told already.
    let isGuarded = rule.needsUser || words?["users"] != nil || words?["tls"].map(asks) == true
    if case .tcp(let host, _) = address, !HostText.isLoopback(host), !isGuarded {
      faults.add(
        position,
        "\(Echo.quoted(address.text)) is reachable from other machines and asks nobody who they "
          + "are, allowed: users: required, tls with clients, or an address of 127.0.0.0/8 or "
          + "[::1]")
    }
    return rule
  }

  /// Whether the `tls` of a listener has `clients`.
  private func asks(_ tls: Item.Entry) -> Bool {
    guard case .map(let entries) = tls.value.content else { return false }
    return entries.contains { $0.word == "clients" }
  }

  private mutating func admin(_ item: Item, of draft: inout ListenDraft) {
    guard
      let (position, address, words) = listener(item, in: "admin", allowed: Reading.adminWords)
    else { return }
    draft.admin = ListenRule(address)
    if let entry = words?["mode"] { draft.admin.mode = mode(entry, at: address) ?? 0o660 }
    if case .tcp(let host, _) = address, !HostText.isLoopback(host) {
      faults.add(
        position,
        "\(Echo.quoted(address.text)) is reachable from other machines, allowed for admin: an "
          + "address of 127.0.0.0/8 or [::1], unix: or systemd:")
    }
    guard let entry = words?["token"], let token = secret(entry.value, for: "token") else { return }
    if token.secret.count < Reading.shortestToken {
      faults.add(
        entry.value.position,
        "the token is too short, allowed: at least \(Reading.shortestToken) bytes, such as those "
          + "openssl rand -hex 16 makes")
    }
    draft.token = token.secret
    draft.tokenSource = token.source
  }

  /// The address of a listener with its place, and the words around it where there is a map.
  private mutating func listener(
    _ item: Item, in place: String, allowed: [String]
  ) -> (position: Position, address: ListenAddress, words: Words?)? {
    guard case .map = item.content else {
      return value(item, for: place, allowed: Reading.anAddress, parse: AddressText.parse).map {
        (item.position, $0, nil)
      }
    }
    guard let words = words(item, in: place, allowed: allowed) else { return nil }
    guard let entry = words["address"] else {
      faults.add(
        item.position, "this listener has no address, allowed: one such as address: 127.0.0.1:8080")
      return nil
    }
    return value(
      entry.value, for: "address", allowed: Reading.anAddress, parse: AddressText.parse
    ).map { (entry.value.position, $0, words) }
  }

  /// Permission bits of a Unix socket's file (chmod(2)).
  private mutating func mode(_ entry: Item.Entry, at address: ListenAddress) -> UInt32? {
    let allowed = "three octal digits behind a 0 that let the owner connect, such as 0660"
    guard case .unix = address else {
      faults.add(
        entry.position,
        "\"mode\" means nothing to \(address.text), allowed: with an address of unix:")
      return nil
    }
    guard let text = text(entry.value, for: "mode", allowed: allowed) else { return nil }
    guard (3...4).contains(text.utf8.count), text.utf8.allSatisfy({ 0x30...0x37 ~= $0 }),
      let mode = UInt32(text, radix: 8), mode <= 0o777, mode & 0o600 == 0o600
    else {
      faults.add(
        entry.value.position, "found \(Echo.quoted(text)), allowed for mode: \(allowed)")
      return nil
    }
    if mode & 0o002 != 0 {
      faults.add(
        entry.value.position,
        "found \(Echo.quoted(text)), which lets every user of this machine connect, allowed for "
          + "mode: one that ends with 0, 1, 4 or 5, such as 0660")
    }
    return mode
  }

  /// The files of a listener that speaks TLS.
  private mutating func listenTLS(_ entry: Item.Entry, at address: ListenAddress) -> ListenTLS? {
    if case .unix = address {
      faults.add(
        entry.position,
        "\"tls\" means nothing to \(address.text), allowed: with a TCP address or systemd:")
      return nil
    }
    guard
      let words = words(entry.value, in: "tls", allowed: ["certificate", "key", "clients"]),
      let files = pair(words, of: "tls", folder: "/etc/penstock/tls")
    else { return nil }
    let clients = words["clients"].flatMap {
      path($0.value, for: "clients", such: "/etc/penstock/tls/clients.pem")
    }
    return ListenTLS(certificate: files.certificate, key: files.key, clients: clients)
  }

  /// The paths of a certificate and its key, both of them.
  mutating func pair(
    _ words: Words, of place: String, folder: String
  ) -> (certificate: String, key: String)? {
    var paths: [String] = []
    for (word, file) in [("certificate", "cert.pem"), ("key", "key.pem")] {
      guard let entry = words[word] else {
        faults.add(
          words.position, "\(place) has no \(word), allowed: one such as \(word): \(folder)/\(file)"
        )
        continue
      }
      if let path = path(
        entry.value, for: word, such: "\(folder)/\(file)", isPrivate: word == "key")
      {
        paths.append(path)
      }
    }
    return paths.count == 2 ? (paths[0], paths[1]) : nil
  }
}
