import Policy

extension Reading {
  static let catchAllName = "unknown-hosts"
  static let unknownHostsWords = ["rule", "connect", "ports", "networks"]
  private static let hostRules = ["forward", "refuse"]

  /// What happens to hosts no API declares, and what CONNECT to them does.
  mutating func unknownHosts(_ entry: Item.Entry?) -> (hosts: UnknownHosts, connect: ConnectRule) {
    var hosts = UnknownHosts()
    guard let item = entry?.value else { return (hosts, .tunnel) }
    guard case .map = item.content else {
      let rule = choice(item, for: Reading.catchAllName, among: Reading.hostRules)
      return rule == "refuse" ? (.refused, .refuse) : (hosts, .tunnel)
    }
    guard
      let words = words(item, in: Reading.catchAllName, allowed: Reading.unknownHostsWords)
    else { return (hosts, .tunnel) }
    let rule = words["rule"].flatMap {
      choice($0.value, for: "rule", among: Reading.hostRules)
    }
    if rule == "refuse" {
      for entry in words.entries where entry.word != "rule" {
        faults.add(
          entry.position,
          "\(Echo.quoted(entry.word)) means nothing where these hosts are refused, allowed: rule: "
            + "forward")
      }
      return (.refused, .refuse)
    }
    let connect = words["connect"].map { connectRule($0.value) } ?? .tunnel
    if let entry = words["ports"] { hosts.ports = ports(entry.value) }
    if let entry = words["networks"] { hosts.networks = networks(entry.value) }
    return (hosts, connect)
  }

  private mutating func ports(_ item: Item) -> Set<UInt16> {
    var ports: Set<UInt16> = []
    for item in oneOrMore(item, for: "ports", allowed: "a port such as 443 or a list of them") {
      guard let port = integer(item, for: "ports", in: 1...65_535) else { continue }
      if !ports.insert(UInt16(port)).inserted {
        faults.add(item.position, "\"\(port)\" stands twice, allowed: once")
      }
    }
    return ports
  }

  private mutating func networks(_ item: Item) -> [Network] {
    var items = [item]
    if case .list(let list) = item.content { items = list }
    var networks: [Network] = []
    for item in items {
      guard
        let network = value(
          item, for: "networks", allowed: "a network such as 10.0.0.0/8 or a list of them",
          parse: NetworkText.parse)
      else { continue }
      if networks.contains(network) {
        faults.add(
          item.position, "network \(NetworkText.text(network)) stands twice, allowed: once")
      }
      networks.append(network)
    }
    return networks
  }

  /// The API that takes every host no other declares: no key, no limit, one lane.
  mutating func catchAll(_ connect: ConnectRule) -> Api {
    Api(
      name: Reading.catchAllName,
      origin: Origin(isSecure: true, host: "unknown-hosts.invalid", port: 443), hosts: [],
      dialect: provider(nil).dialect,
      lanes: [Lane(name: "other")], connect: connect, isCatchAll: true)
  }
}
