import Policy

extension Reading {
  static let apiWords = [
    "origin", "hosts", "tls", "provider", "credential", "account", "keys", "limits", "lanes",
    "connections", "connect", "upgrades", "idempotency",
  ]

  /// One API, under its name.
  mutating func api(_ entry: Item.Entry) -> Api? {
    apiName(entry)
    guard
      let words = words(entry.value, in: "an API", allowed: Reading.apiWords)
    else { return nil }
    let defaults = provider(words["provider"])
    let origin = self.origin(words["origin"], of: entry)
    let hosts = self.hosts(words["hosts"], origin: origin, of: entry, words: words)
    let credential =
      words["credential"].map { self.credential($0.value) } ?? defaults.credential
    let selectors = words["account"].map { accounts($0.value) } ?? defaults.selectors
    let idempotency =
      words["idempotency"].map { self.idempotency($0.value) } ?? defaults.idempotency
    let keys = words["keys"].map { self.keys($0.value) } ?? KeyDrafts()
    var limits = defaults.limits
    if let entry = words["limits"] { override(&limits, by: self.limits(entry.value)) }
    let rules = limits.compactMap(\.rule)
    let draft = ApiDraft(
      entry: entry, words: words, credential: credential, selectors: selectors,
      idempotency: idempotency, keys: keys, limits: limits)
    check(draft)
    let lanes = self.lanes(words["lanes"], of: draft)
    checkShares(lanes, of: draft)
    let connections = words["connections"].flatMap {
      integer($0.value, for: "connections", in: 1...65_535)
    }
    guard let origin else { return nil }
    return Api(
      name: entry.word, origin: origin, hosts: hosts,
      certificateAuthorities: words["tls"].flatMap { certificateAuthorities($0.value) },
      provider: defaults.word, dialect: defaults.dialect, credential: credential,
      accountSelectors: selectors,
      keys: keys.keys, idempotency: idempotency, limits: rules, lanes: lanes.map(\.lane),
      connections: connections ?? 512, connect: connect(words["connect"], origin: origin),
      upgrades: words["upgrades"].map { upgrades($0.value) } ?? [])
  }

  private mutating func apiName(_ entry: Item.Entry) {
    if entry.word == Reading.catchAllName {
      faults.add(
        entry.position,
        "the name \(Echo.quoted(entry.word)) is taken by hosts that no API declares, "
          + "allowed: any other name")
    } else if !Reading.isName(entry.word) {
      faults.add(
        entry.position,
        "found \(Echo.quoted(entry.word)), allowed for an API's name: \(Reading.nameRule)")
    }
  }

  private mutating func origin(_ entry: Item.Entry?, of api: Item.Entry) -> Origin? {
    guard let entry else {
      faults.add(
        api.position, "this API has no origin, allowed: one such as https://api.example.com")
      return nil
    }
    let origin = value(
      entry.value, for: "origin", allowed: "a URL such as https://api.example.com",
      parse: OriginText.parse)
    if let origin, isOwn(origin) {
      faults.add(
        entry.value.position,
        "this origin is Penstock's own address, allowed: the address of the API")
    }
    if let origin, Reading.isMetadata(origin.host) {
      faults.add(
        entry.value.position,
        "\(origin.host) tells this machine's own credentials to whoever asks and is never reached, "
          + "allowed for origin: any other host")
    }
    return origin
  }

  private mutating func hosts(
    _ entry: Item.Entry?, origin: Origin?, of api: Item.Entry, words: Words
  ) -> [String] {
    let allowed = "a host name such as api.example.com"
    var hosts: [(name: String, position: Position)] = []
    if let entry {
      for item in oneOrMore(entry.value, for: "hosts", allowed: allowed + " or a list of them") {
        guard let text = text(item, for: "hosts", allowed: allowed) else { continue }
        let host = text.asciiLowercased
        let isHost =
          HostText.isName(host) || HostText.ipv4(host) != nil || HostText.ipv6(host) != nil
        if isHost {
          hosts.append((host, item.position))
        } else {
          faults.add(
            item.position,
            "found \(Echo.quoted(text)), allowed for hosts: a name or numeric address without "
              + "scheme, port or trailing dot")
        }
      }
    } else if let origin, let place = words["origin"]?.value.position {
      hosts.append((origin.host, place))
    }
    for (name, position) in hosts {
      if let owner = hostOwners[name] {
        faults.add(
          position,
          "host \(Echo.quoted(name)) belongs to API \(Echo.quoted(owner)) already, "
            + "allowed for hosts: names no other API has")
      }
      hostOwners[name] = hostOwners[name] ?? api.word
    }
    return hosts.map(\.name)
  }

  private mutating func certificateAuthorities(_ item: Item) -> String? {
    guard let tls = words(item, in: "tls", allowed: ["ca"]), let ca = tls["ca"] else { return nil }
    return path(ca.value, for: "ca", such: "/etc/ssl/certs/ca-certificates.crt")
  }

  /// Whether one of Penstock's own listeners stands there.
  private func isOwn(_ origin: Origin) -> Bool {
    ownAddresses.contains { address in
      guard case .tcp(let host, let port) = address, port == origin.port else { return false }
      let isLocal = HostText.isLoopback(origin.host) || origin.host == "localhost"
      return host == origin.host || (isLocal && HostText.isUnspecified(host))
        || (origin.host == "localhost" && HostText.isLoopback(host))
    }
  }

  /// Whether the host is where a cloud tells a machine's own credentials, written literally.
  private static func isMetadata(_ host: String) -> Bool {
    guard let address = HostText.ipv4(host) ?? HostText.ipv6(host) else {
      return host == "metadata.google.internal"
    }
    return !AddressRules().allow(address, port: 0, isDeclared: true) { _ in false }
  }
}
