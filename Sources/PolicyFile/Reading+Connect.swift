import Policy

extension Reading {
  /// Protocols whose upgraded connections carry requests that nobody would count.
  static let hiddenProtocols = ["h2", "h2c", "http", "tls"]

  /// The local certificate authority.
  mutating func authority(_ item: Item) -> AuthorityFiles? {
    guard let words = words(item, in: "ca", allowed: ["certificate", "key"]),
      let files = pair(words, of: "ca", folder: "/etc/penstock")
    else { return nil }
    return AuthorityFiles(certificate: files.certificate, key: files.key)
  }

  /// What CONNECT to an API does that does not say so itself: `intercept` where there is a `ca`.
  mutating func usualConnect(_ entry: Item.Entry?) -> ConnectRule {
    guard let entry else { return hasAuthority ? .intercept : .refuse }
    return connectRule(entry.value)
  }

  /// What CONNECT to one API does.
  ///
  /// Requests to an `http://` origin have no TLS to look into, so the file's `intercept` refuses
  /// them; an API that asks for it itself is told.
  mutating func connect(_ entry: Item.Entry?, origin: Origin?) -> ConnectRule {
    let isPlain = origin?.isSecure == false
    guard let entry else {
      return isPlain && usualConnect == .intercept ? .refuse : usualConnect
    }
    let rule = connectRule(entry.value)
    if rule == .intercept, isPlain {
      faults.add(
        entry.value.position,
        "an http:// origin has no TLS to intercept, allowed for connect: tunnel, refuse, or an "
          + "https:// origin")
    }
    return rule
  }

  /// What the word says; `intercept` needs an authority.
  mutating func connectRule(_ item: Item) -> ConnectRule {
    let word = choice(item, for: "connect", among: ConnectRule.allCases.map(\.rawValue))
    let rule = word.flatMap(ConnectRule.init) ?? .refuse
    if rule == .intercept, !hasAuthority {
      faults.add(
        item.position,
        "interception signs with a certificate authority and the file has none, allowed for "
          + "connect: tunnel, refuse, or ca: { certificate, key } at the top of the file")
    }
    return rule
  }

  /// The protocols a request may upgrade its connection to, in lower case.
  mutating func upgrades(_ item: Item) -> [String] {
    let allowed = "a protocol such as websocket"
    var items = [item]
    if case .list(let list) = item.content { items = list }
    var names: [String] = []
    for item in items {
      guard let text = text(item, for: "upgrades", allowed: allowed + " or a list of them") else {
        continue
      }
      let name = text.asciiLowercased
      if !FieldNameText.isToken(name) || name.utf8.count > 64 {
        faults.add(item.position, "found \(Echo.quoted(text)), allowed for upgrades: \(allowed)")
      } else if Reading.hiddenProtocols.contains(name) {
        faults.add(
          item.position,
          "requests inside \(Echo.quoted(text)) would pass uncounted, allowed for upgrades: "
            + allowed)
      } else if names.contains(name) {
        faults.add(item.position, "\(Echo.quoted(text)) stands twice, allowed: once")
      } else {
        names.append(name)
      }
    }
    return names
  }
}
