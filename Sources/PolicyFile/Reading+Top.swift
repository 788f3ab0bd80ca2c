import Policy

extension Reading {
  static let topWords = ["listen", "workers", "callers", "unknown-hosts", "queues", "apis"]
  static let catchAllName = "unknown-hosts"

  /// The whole file.
  mutating func rulebook(_ root: Item) -> Rulebook? {
    guard
      let top = words(
        root, in: "the file", allowed: Reading.topWords, unsupported: ["connect", "ca"])
    else { return nil }
    let (proxies, admin) = listen(top["listen"])
    ownAddresses = proxies.map(\.address) + [admin.address]
    if let workers = top["workers"] { self.workers(workers.value) }
    let callers = top["callers"].flatMap { self.callers($0.value) } ?? .address
    let unknownHosts = top["unknown-hosts"].flatMap {
      choice($0.value, for: "unknown-hosts", among: ["forward", "refuse"])
    }
    let queues = top["queues"].map { self.queues($0.value) } ?? QueueBounds()
    var apis: [Api] = []
    if let entry = top["apis"] {
      for api in names(entry.value, of: "apis") {
        if let api = self.api(api) { apis.append(api) }
      }
    } else {
      faults.add(root.position, "the file has no apis, allowed: at least one API under apis:")
    }
    if unknownHosts != "refuse" { apis.append(catchAll()) }
    return Rulebook(
      proxies: proxies, admin: admin, callers: callers,
      unknownHosts: unknownHosts == "refuse" ? .refused : UnknownHosts(), queues: queues,
      apis: apis)
  }

  /// The API that takes every host no other declares: no key, no limit, one lane.
  private mutating func catchAll() -> Api {
    Api(
      name: Reading.catchAllName,
      origin: Origin(isSecure: true, host: "unknown-hosts.invalid", port: 443), hosts: [],
      dialect: provider(nil).dialect,
      lanes: [Lane(name: "other")], isCatchAll: true)
  }

  private mutating func listen(_ entry: Item.Entry?) -> ([ListenRule], ListenRule) {
    var proxies = [ListenRule(.tcp(host: "127.0.0.1", port: 8080))]
    var admin = ListenRule(.tcp(host: "127.0.0.1", port: 9090))
    guard let entry,
      let listen = words(entry.value, in: "listen", allowed: ["proxy", "admin"])
    else { return (proxies, admin) }
    let allowed = "an address such as 127.0.0.1:8080"
    if let proxy = listen["proxy"] {
      let items = oneOrMore(proxy.value, for: "proxy", allowed: allowed + " or a list of them")
      proxies = []
      for item in items {
        guard
          let address = value(item, for: "proxy", allowed: allowed, parse: AddressText.parse)
        else { continue }
        if !address.isAnyPort, proxies.contains(ListenRule(address)) {
          faults.add(item.position, "address \(address.text) stands twice, allowed: once")
        }
        proxies.append(ListenRule(address))
      }
    }
    if let item = listen["admin"]?.value,
      let address = value(item, for: "admin", allowed: allowed, parse: AddressText.parse)
    {
      admin = ListenRule(address)
    }
    if !admin.address.isAnyPort, proxies.contains(admin) {
      faults.add(
        (listen["admin"] ?? listen["proxy"])?.value.position ?? listen.position,
        "admin and proxy are both \(admin.address.text), allowed: two different addresses")
    }
    return (proxies, admin)
  }

  private mutating func workers(_ item: Item) {
    guard let count = integer(item, for: "workers", in: 1...1024), count > 1 else { return }
    faults.add(
      item.position,
      "more than one worker is not supported by this version of Penstock, allowed for workers: 1")
  }

  private mutating func callers(_ item: Item) -> CallerRule? {
    guard let callers = words(item, in: "callers", allowed: ["by", "header"]) else { return nil }
    if callers.entries.count > 1 {
      faults.add(
        callers.entries[1].position, "found by and header, allowed in callers: one of them")
      return nil
    }
    if let by = callers["by"] {
      return choice(by.value, for: "by", among: ["address"]).map { _ in .address }
    }
    if let header = callers["header"] {
      return value(
        header.value, for: "header", allowed: "a header name such as X-Service",
        parse: FieldNameText.parse
      ).map { .header($0) }
    }
    return nil
  }

  private mutating func queues(_ item: Item) -> QueueBounds {
    var bounds = QueueBounds()
    guard let queues = words(item, in: "queues", allowed: ["per-lane", "total"]) else {
      return bounds
    }
    if let entry = queues["per-lane"],
      let count = integer(entry.value, for: "per-lane", in: 1...10_000_000)
    {
      bounds.perLane = count
    }
    if let entry = queues["total"],
      let count = integer(entry.value, for: "total", in: 1...10_000_000)
    {
      bounds.total = count
    }
    return bounds
  }
}
