import Limits
import Policy

extension PolicyText {
  /// An API with every word it may have.
  static func api(_ api: Api) -> WrittenYAML {
    var entries: [WrittenYAML.Entry] = [
      ("origin", .text(api.origin.description)), ("hosts", .list(api.hosts.map { .text($0) })),
    ]
    if let path = api.certificateAuthorities {
      entries.append(("tls", .map([("ca", .text(path))])))
    }
    entries += [
      ("provider", .text(api.provider)), ("connections", .number(api.connections)),
      ("connect", .text(api.connect.rawValue)),
      ("upgrades", .list(api.upgrades.map { .text($0) })),
    ]
    if let rule = api.credential { entries.append(("credential", credential(rule))) }
    entries.append(("account", .lines(api.accountSelectors.map(selector))))
    if !api.keys.isEmpty {
      let keys = api.keys.map { key in
        (key.name, WrittenYAML.map([("secret", .text(key.source.text))]))
      }
      entries.append(("keys", .block(keys)))
    }
    if let rule = api.idempotency {
      entries.append(
        ("idempotency", .map([("header", .text(rule.header)), ("add", .truth(rule.adds))])))
    }
    entries.append(("limits", .lines(api.limits.map { limit($0, of: api) })))
    entries.append(("lanes", .block(api.lanes.map { ($0.name, lane($0, of: api)) })))
    return .block(entries)
  }

  private static func credential(_ rule: CredentialRule) -> WrittenYAML {
    var entries: [WrittenYAML.Entry] = [("header", .text(rule.header))]
    if let scheme = rule.scheme { entries.append(("scheme", .text(scheme))) }
    if rule.fromCaller { entries.append(("from", .text("caller"))) }
    return .map(entries)
  }

  private static func selector(_ selector: AccountSelector) -> WrittenYAML {
    switch selector {
    case .path(let pattern): .map([("path", .text(pattern.text))])
    case .header(let name): .map([("header", .text(name))])
    case .json(let names): .map([("json", .text(PointerText.text(names)))])
    case .credential: .map([("credential", .truth(true))])
    }
  }

  private static func lane(_ lane: Lane, of api: Api) -> WrittenYAML {
    var entries: [WrittenYAML.Entry] = []
    if !lane.match.isEmpty { entries.append(("match", .list(lane.match.map { .text($0.text) }))) }
    if !lane.keys.isEmpty {
      entries.append(("keys", .list(lane.keys.map { .text(api.keys[$0].name) })))
    }
    entries += [("weight", .number(lane.weight)), ("max-wait", .span(lane.maxWait))]
    let costs = api.limits.compactMap { limit in
      lane.costs[limit.name].map { (limit.name, WrittenYAML.number($0)) }
    }
    if !costs.isEmpty { entries.append(("costs", .map(costs))) }
    if let reserve = lane.reserve { entries.append(("reserve", .text(RateText.text(reserve)))) }
    if lane.isSticky {
      let word = Reading.spills.first { $0.spill == lane.spill }?.word ?? "out"
      entries += [("sticky", .text("account")), ("spill", .text(word))]
    }
    return .map(entries)
  }
}
