import Limits
import Policy

extension Reading {
  static let scopes: [(word: String, scope: LimitScope)] = [
    ("account", .account), ("api", .api), ("caller", .caller), ("endpoint", .endpoint),
    ("key", .key), ("lane", .lane),
  ]

  /// The limits of an API or a provider.
  mutating func limits(_ item: Item) -> [LimitDraft] {
    guard case .list(let items) = item.content else {
      faults.add(item.position, "found \(item.noun), allowed for limits: a list")
      return []
    }
    var drafts: [LimitDraft] = []
    for item in items {
      guard let draft = limit(item) else { continue }
      if drafts.contains(where: { $0.name == draft.name }) {
        faults.add(
          draft.position,
          "a limit named \(Echo.quoted(draft.name)) stands above, allowed: each name once")
      }
      drafts.append(draft)
    }
    return drafts
  }

  /// Puts each limit of `own` in the place of the default of its name, or at the end.
  func override(_ limits: inout [LimitDraft], by own: [LimitDraft]) {
    for draft in own {
      if let index = limits.firstIndex(where: { $0.name == draft.name }) {
        // Said again as the provider says it, it is still the provider's.
        if let rule = draft.rule, rule == limits[index].rule { continue }
        limits[index] = draft
      } else {
        limits.append(draft)
      }
    }
  }

  private mutating func limit(_ item: Item) -> LimitDraft? {
    guard let words = words(item, in: "a limit", allowed: Reading.limitWords) else { return nil }
    let name = limitName(words)
    let scope = self.scope(words)
    let kind = self.kind(words)
    let match = words["match"].map { patterns($0.value) } ?? []
    let pace = words["pace"].flatMap {
      choice($0.value, for: "pace", among: ["even", "free"])
    }
    let measure = words["measure"].flatMap { self.measure($0.value) }
    let reserved = words["reserved"].map { self.reserved($0.value) } ?? []
    guard let name else { return nil }
    var rule: LimitRule?
    if let scope, let kind {
      rule = LimitRule(
        name: name.text, scope: scope, kind: kind, match: match,
        pace: pace == "even" ? .even : .free,
        measure: measure,
        reserved: Dictionary(reserved.map { ($0.lane, $0.percent) }) { first, _ in first })
    }
    return LimitDraft(
      name: name.text, position: name.position,
      scopePosition: words["per"]?.value.position ?? words.position,
      measurePosition: words["measure"]?.position, reserved: reserved, rule: rule)
  }

  private mutating func limitName(_ words: Words) -> (text: String, position: Position)? {
    guard let entry = words["name"] else {
      faults.add(words.position, "this limit has no name, allowed: \(Reading.nameRule)")
      return nil
    }
    guard let text = text(entry.value, for: "name", allowed: Reading.nameRule) else { return nil }
    if !Reading.isName(text) {
      faults.add(
        entry.value.position,
        "found \(Echo.quoted(text)), allowed for a limit's name: \(Reading.nameRule)")
    }
    return (text, entry.value.position)
  }

  private mutating func scope(_ words: Words) -> LimitScope? {
    let choices = Reading.scopes.map(\.word)
    let allowed = choices.joined(separator: ", ")
    guard let entry = words["per"] else {
      faults.add(words.position, "this limit has no per, allowed: one or a list of \(allowed)")
      return nil
    }
    var scope = LimitScope.api
    var seen: Set<String> = []
    var isFaulty = false
    for item in oneOrMore(entry.value, for: "per", allowed: "one or a list of \(allowed)") {
      guard let word = choice(item, for: "per", among: choices) else {
        isFaulty = true
        continue
      }
      if !seen.insert(word).inserted {
        faults.add(item.position, "\(Echo.quoted(word)) stands twice, allowed: once")
      }
      for entry in Reading.scopes where entry.word == word { scope.formUnion(entry.scope) }
    }
    return isFaulty ? nil : scope
  }

  /// What a limit keeps for lanes, whose names are not checked yet.
  private mutating func reserved(_ item: Item) -> [ReservedDraft] {
    var drafts: [ReservedDraft] = []
    for entry in names(item, of: "reserved") {
      let percent = value(entry.value, for: entry.word, allowed: "a share such as 30%") {
        text throws(Misread) in try PercentText.parse(text, in: 1...100)
      }
      drafts.append(
        ReservedDraft(lane: entry.word, percent: percent ?? 0, position: entry.position))
    }
    let sum = drafts.reduce(0) { $0 + $1.percent }
    if sum > 100 {
      faults.add(
        item.position, "these shares are \(sum)% together, allowed for reserved: at most 100%")
    }
    return drafts
  }

  /// The patterns of a `match`.
  mutating func patterns(_ item: Item) -> [RequestPattern] {
    let allowed = "patterns such as POST /v1/posts or /v1/**"
    var patterns: [RequestPattern] = []
    for item in oneOrMore(item, for: "match", allowed: allowed) {
      guard let text = text(item, for: "match", allowed: allowed) else { continue }
      if let pattern = RequestPattern(text) {
        patterns.append(pattern)
      } else {
        faults.add(
          item.position,
          "\(Echo.quoted(text)) is no pattern, allowed: METHOD /path or /path, where a segment "
            + "is text, * for any one or ** for any number")
      }
    }
    return patterns
  }
}
