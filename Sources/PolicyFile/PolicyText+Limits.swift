import Limits
import Policy

extension PolicyText {
  /// A limit with the words its kind takes.
  static func limit(_ rule: LimitRule, of api: Api) -> WrittenYAML {
    let scopes = Reading.scopes.filter { rule.scope.contains($0.scope) && !$0.scope.isEmpty }
    var entries: [WrittenYAML.Entry] = [
      ("name", .text(rule.name)),
      (
        "per",
        scopes.count > 1
          ? .list(scopes.map { .text($0.word) }) : .text(scopes.first?.word ?? "api")
      ),
      ("kind", .text(rule.kind.word)),
    ]
    entries += numbers(rule.kind)
    let words = Reading.kindWords[rule.kind.word] ?? []
    if words.contains("pace") {
      entries.append(("pace", .text(rule.pace == .even ? "even" : "free")))
    }
    if !rule.reserved.isEmpty {
      let shares = api.lanes.compactMap { lane in
        rule.reserved[lane.name].map { (lane.name, WrittenYAML.text("\($0)%")) }
      }
      entries.append(("reserved", .map(shares)))
    }
    switch rule.measure {
    case .header(let name): entries.append(("measure", .map([("header", .text(name))])))
    case .json(let names):
      entries.append(("measure", .map([("json", .text(PointerText.text(names)))])))
    case nil: break
    }
    if !rule.match.isEmpty { entries.append(("match", .list(rule.match.map { .text($0.text) }))) }
    return .map(entries)
  }

  /// The numbers of an algorithm.
  private static func numbers(_ kind: LimitKind) -> [WrittenYAML.Entry] {
    func allow(_ rate: Rate) -> WrittenYAML.Entry { ("allow", .text(RateText.text(rate))) }
    switch kind {
    case .tokenBucket(let rate, let burst, let spread):
      return [allow(rate), ("burst", .number(burst))]
        + (spread.map { [("spread", .span($0))] } ?? [])
    case .slidingWindow(let rate), .learned(let rate), .unknown(let rate): return [allow(rate)]
    case .fixedWindow(let rate, let start): return [allow(rate)] + windowStart(start)
    case .twoCounterWindow(let rate, let spread): return [allow(rate), ("spread", .span(spread))]
    case .spacing(let every, let jitter, let spread):
      return [("every", .span(every)), ("jitter", .text("\(jitter)%")), ("spread", .span(spread))]
    case .concurrency(let allow, let hold):
      return [("allow", .number(allow))] + (hold.map { [("hold", .span($0))] } ?? [])
    case .calendar(let allow, let zone):
      return [("allow", .text("\(allow)/day")), ("zone", .text(zone.name))]
    case .hours(let hours): return [("closed", .text(HoursText.text(hours)))]
    }
  }

  private static func windowStart(_ start: WindowStart) -> [WrittenYAML.Entry] {
    switch start {
    case .aligned(let offset, let delta):
      [("start", .text("aligned")), ("offset", .span(offset)), ("doubt", .span(delta))]
    case .anywhere: [("start", .text("anywhere"))]
    case .firstRequest: [("start", .text("first-request"))]
    }
  }
}
