import Policy

extension Reading {
  static let topWords = [
    "listen", "users", "workers", "callers", "connect", "ca", "unknown-hosts", "queues", "bounds",
    "apis",
  ]

  /// The whole file.
  mutating func rulebook(_ root: Item) -> Rulebook? {
    guard let top = words(root, in: "the file", allowed: Reading.topWords) else { return nil }
    let listen = self.listen(top["listen"])
    ownAddresses = listen.proxies.map(\.address) + [listen.admin.address]
    let users = top["users"].flatMap { self.users($0.value) }
    checkUsers(top["users"], of: listen)
    let workers = top["workers"].flatMap { self.workers($0.value) } ?? .exactly(1)
    let callers = top["callers"].flatMap { self.callers($0.value) } ?? .address
    let authority = top["ca"].flatMap { self.authority($0.value) }
    hasAuthority = top["ca"] != nil
    usualConnect = usualConnect(top["connect"])
    let unknown = unknownHosts(top["unknown-hosts"])
    let queues = top["queues"].map { self.queues($0.value) } ?? QueueBounds()
    let bounds = top["bounds"].map { self.bounds($0.value) } ?? Bounds()
    var apis: [Api] = []
    if let entry = top["apis"] {
      for api in names(entry.value, of: "apis") {
        if let api = self.api(api) { apis.append(api) }
      }
    } else {
      faults.add(root.position, "the file has no apis, allowed: at least one API under apis:")
    }
    if unknown.hosts.isForwarded { apis.append(catchAll(unknown.connect)) }
    return Rulebook(
      proxies: listen.proxies, admin: listen.admin, adminToken: listen.token,
      adminTokenSource: listen.tokenSource, users: users?.users ?? [], usersFile: users?.path,
      workers: workers, authority: authority, callers: callers, unknownHosts: unknown.hosts,
      queues: queues, bounds: bounds, apis: apis)
  }

  /// Checks that listeners that ask for users and the file that names them come together.
  private mutating func checkUsers(_ entry: Item.Entry?, of listen: ListenDraft) {
    if let entry, listen.usersPositions.isEmpty {
      faults.add(
        entry.position,
        "no listener asks for these users, allowed: users: required in a listener, such as "
          + "proxy: { address: 127.0.0.1:8080, users: required }")
    }
    // A word that is wrong is told already.
    guard entry == nil, listen.proxies.contains(where: \.needsUser) else { return }
    for position in listen.usersPositions {
      faults.add(
        position,
        "the file names no users to require, allowed: users: /etc/penstock/users at its top")
    }
  }

  private mutating func workers(_ item: Item) -> WorkerCount? {
    let allowed = "auto, or 1 to \(WorkerCount.most)"
    guard let text = text(item, for: "workers", allowed: allowed) else { return nil }
    guard let count = WorkerCount(text) else {
      faults.add(item.position, "found \(Echo.quoted(text)), allowed for workers: \(allowed)")
      return nil
    }
    return count
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
