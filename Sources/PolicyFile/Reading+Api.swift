import Policy

extension Reading {
  static let apiWords = [
    "origin", "hosts", "tls", "provider", "credential", "account", "keys", "limits", "lanes",
    "connections", "idempotency",
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
      dialect: defaults.dialect, credential: credential, accountSelectors: selectors,
      keys: keys.keys, idempotency: idempotency, limits: rules, lanes: lanes.map(\.lane),
      connections: connections ?? 512)
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
    if let origin, ownAddresses.contains(ListenAddress.tcp(host: origin.host, port: origin.port)) {
      faults.add(
        entry.value.position,
        "this origin is Penstock's own address, allowed: the address of the API")
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
    let allowed = "the path of a PEM file, such as /etc/ssl/certs/ca-certificates.crt"
    guard let path = text(ca.value, for: "ca", allowed: allowed) else { return nil }
    guard path.hasPrefix("/"), !path.utf8.contains(0) else {
      faults.add(ca.value.position, "found \(Echo.quoted(path)), allowed for ca: \(allowed)")
      return nil
    }
    return path
  }
}
