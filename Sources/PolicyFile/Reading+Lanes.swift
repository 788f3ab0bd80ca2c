import Limits
import Policy

extension Reading {
  static let laneWords = [
    "match", "keys", "weight", "max-wait", "costs", "reserve", "sticky", "spill",
  ]
  static let restName = "other"
  static let spills: [(word: String, spill: Spill)] = [
    ("never", .never), ("out", .whenOut), ("blocked", .whenBlocked),
  ]

  /// The lanes of an API: those without `match` last, and `other` where there is none.
  mutating func lanes(_ entry: Item.Entry?, of api: ApiDraft) -> [LaneDraft] {
    var lanes: [LaneDraft] = []
    var rest: LaneDraft?
    var other: Position?
    for entry in entry.map({ names($0.value, of: "lanes") }) ?? [] {
      guard let draft = lane(entry, of: api) else { continue }
      if draft.lane.name == Reading.restName { other = entry.position }
      if draft.hasMatch {
        lanes.append(draft)
      } else if let rest {
        faults.add(
          entry.position,
          "lane \(Echo.quoted(draft.lane.name)) has no match and lane "
            + "\(Echo.quoted(rest.lane.name)) has "
            + "none either, allowed: one lane without match, which takes everything else")
      } else {
        rest = draft
      }
    }
    if rest == nil, let other {
      faults.add(
        other,
        "lane \"other\" has a match and no lane takes everything else, allowed: a lane without "
          + "match, or another name for this one")
    }
    let implicit = LaneDraft(
      lane: Lane(name: Reading.restName, keys: Array(api.keys.names.indices)))
    return lanes + [rest ?? implicit]
  }

  private mutating func lane(_ entry: Item.Entry, of api: ApiDraft) -> LaneDraft? {
    if !Reading.isName(entry.word) {
      faults.add(
        entry.position,
        "found \(Echo.quoted(entry.word)), allowed for a lane's name: \(Reading.nameRule)")
    }
    var lane = Lane(name: entry.word, keys: Array(api.keys.names.indices))
    // `other:` alone is a lane with every default.
    if case .nothing = entry.value.content { return LaneDraft(lane: lane) }
    guard
      let words = words(
        entry.value, in: "a lane", allowed: Reading.laneWords, unsupported: ["cache"])
    else { return nil }
    if let match = words["match"] { lane.match = patterns(match.value) }
    if let keys = words["keys"] { lane.keys = laneKeys(keys.value, of: api) }
    if let weight = words["weight"] {
      lane.weight = integer(weight.value, for: "weight", in: 1...10_000) ?? 1
    }
    if let wait = words["max-wait"],
      let span = value(
        wait.value, for: "max-wait", allowed: "a duration such as 30s", parse: DurationText.parse)
    {
      lane.maxWait = span
    }
    if let costs = words["costs"] { lane.costs = self.costs(costs.value, of: api) }
    stick(&lane, by: words, of: api)
    var draft = LaneDraft(lane: lane, hasMatch: words["match"] != nil)
    if let entry = words["reserve"] { reserve(&draft, by: entry) }
    return draft
  }

  /// Whether an account's requests stay on one key, and when they may leave it.
  private mutating func stick(_ lane: inout Lane, by words: Words, of api: ApiDraft) {
    if let entry = words["sticky"] {
      lane.isSticky = choice(entry.value, for: "sticky", among: ["account"]) != nil
      if api.keys.names.isEmpty {
        faults.add(
          entry.position,
          "a sticky lane keeps each account on one key, but this API has no keys, allowed: keys")
      } else if api.selectors.isEmpty, !isFaulty(api.words["account"]) {
        faults.add(
          entry.position,
          "a sticky lane keeps each account on one key, but this API does not say where the "
            + "account stands, allowed: account with a path, header, json or credential")
      }
    }
    guard let entry = words["spill"] else { return }
    if words["sticky"] == nil {
      faults.add(
        entry.position,
        "\"spill\" means nothing to a lane whose accounts use any key, allowed: sticky: account")
    }
    let word = choice(entry.value, for: "spill", among: Reading.spills.map(\.word))
    lane.spill = Reading.spills.first { $0.word == word }?.spill ?? .whenOut
  }

  /// What a lane gets before weights count.
  private mutating func reserve(_ draft: inout LaneDraft, by entry: Item.Entry) {
    let allowed = "a rate such as 20/min"
    draft.lane.reserve = value(
      entry.value, for: "reserve", allowed: allowed, parse: RateText.parse)
    draft.reservePosition = entry.value.position
    if case .text(let text) = entry.value.content {
      draft.reserveSpan = text.split(separator: "/").last.map(String.init) ?? ""
    }
  }

  /// Indices of the keys a lane names; a name that is none is repeated only when it is nearly one.
  private mutating func laneKeys(_ item: Item, of api: ApiDraft) -> [Int] {
    let names = api.keys.names
    let allowed = names.isEmpty ? "none, for this API has no keys" : names.joined(separator: ", ")
    var indices: [Int] = []
    for item in oneOrMore(item, for: "keys", allowed: allowed) {
      guard let text = text(item, for: "keys", allowed: allowed) else { continue }
      guard let index = names.firstIndex(of: text) else {
        let suggestion = Echo.suggestion(for: text, among: names)
        let shown = suggestion.isEmpty ? "this" : Echo.quoted(text)
        faults.add(
          item.position, "\(shown) is no key of this API, allowed: \(allowed)\(suggestion)")
        continue
      }
      if indices.contains(index) {
        faults.add(item.position, "\(Echo.quoted(text)) stands twice, allowed: once")
      } else {
        indices.append(index)
      }
    }
    return indices
  }

  private mutating func costs(_ item: Item, of api: ApiDraft) -> [String: Int] {
    let limits = api.limits.map(\.name)
    var costs: [String: Int] = [:]
    for entry in names(item, of: "costs") {
      guard let limit = api.limits.first(where: { $0.name == entry.word }) else {
        let none = "none, for this API has no limits"
        let allowed = limits.isEmpty ? none : limits.joined(separator: ", ")
        faults.add(
          entry.position,
          "\(Echo.quoted(entry.word)) is no limit of this API, allowed: \(allowed)"
            + Echo.suggestion(for: entry.word, among: limits))
        continue
      }
      let word = "the cost of \(entry.word)"
      guard let cost = integer(entry.value, for: word, in: 1...RateText.mostUnits) else { continue }
      if let largest = limit.rule?.kind.largestCost, cost > largest {
        faults.add(
          entry.value.position,
          "a request that costs \(cost) would wait for ever, allowed for \(word): 1 to \(largest)")
      }
      costs[entry.word] = cost
    }
    return costs
  }
}
