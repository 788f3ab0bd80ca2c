import Feedback

/// Where answers state what is left of the provider's buckets.
extension Reading {
  static let estimateWords = [
    "bound", "limit", "name", "named-by", "remaining", "requested", "reset", "restored", "scope",
    "used", "window",
  ]

  /// The buckets under `estimates`.
  mutating func estimateRules(_ item: Item) -> [EstimateRule] {
    let allowed = "a list such as - { limit: X-RateLimit-Limit, remaining: X-RateLimit-Remaining }"
    guard case .list(let items) = item.content else {
      faults.add(item.position, "found \(item.noun), allowed for estimates: \(allowed)")
      return []
    }
    return items.compactMap { estimateRule($0) }
  }

  private mutating func estimateRule(_ item: Item) -> EstimateRule? {
    guard let words = words(item, in: "estimates", allowed: Reading.estimateWords) else {
      return nil
    }
    var rule = EstimateRule()
    rule.name = words["name"].flatMap {
      text($0.value, for: "name", allowed: "the name of the bucket")
    }
    rule.namePart = words["named-by"].flatMap { part($0.value, for: "named-by") }
    rule.scope = words["scope"].flatMap { scopeWord($0.value, for: "scope") } ?? .key
    rule.limit = words["limit"].flatMap { part($0.value, for: "limit") }
    rule.remaining = words["remaining"].flatMap { part($0.value, for: "remaining") }
    rule.used = words["used"].flatMap { part($0.value, for: "used") }
    rule.restored = words["restored"].flatMap { part($0.value, for: "restored") }
    rule.requested = words["requested"].flatMap { part($0.value, for: "requested") }
    rule.resets = words["reset"].map { resets($0.value) } ?? []
    if let entry = words["window"] { window(entry.value, of: &rule) }
    rule.isOnlyUpperBound =
      words["bound"].flatMap { choice($0.value, for: "bound", among: ["upper"]) } != nil
    if ["limit", "remaining", "used", "reset"].allSatisfy({ words[$0] == nil }) {
      faults.add(
        item.position, "this states nothing of a bucket, allowed: limit, remaining, used or reset")
    }
    return rule
  }

  /// A span, or the place where it stands.
  private mutating func window(_ item: Item, of rule: inout EstimateRule) {
    guard case .map = item.content else {
      rule.window = span(item, for: "window")
      if rule.window == .zero {
        faults.add(item.position, "found a span of nothing, allowed for window: 1ms to 366d")
      }
      return
    }
    guard let (part, words) = partAndWords(item, for: "window", extra: ["unit"]) else { return }
    let format = words["unit"].flatMap { unit($0.value) } ?? .deltaSeconds
    rule.windowPlace = DelayRule.Place(part, format: format)
  }

  /// The places under `reset`.
  private mutating func resets(_ item: Item) -> [ResetField] {
    let allowed = "{ header: X-RateLimit-Reset, unit: es, means: window-end }, or a list of these"
    let meanings: [(word: String, meaning: ResetField.Meaning)] = [
      ("window-end", .windowEnd), ("full", .full), ("next-slot", .nextSlot),
      ("oldest-expires", .oldestExpires),
    ]
    return oneOrMore(item, for: "reset", allowed: allowed).compactMap { item in
      guard let (part, words) = partAndWords(item, for: "reset", extra: ["means", "unit"]) else {
        return nil
      }
      var field = ResetField(part)
      if let entry = words["unit"] { field.format = unit(entry.value) ?? .automatic }
      if let entry = words["means"],
        let word = choice(entry.value, for: "means", among: meanings.map(\.word))
      {
        for meaning in meanings where meaning.word == word { field.meaning = meaning.meaning }
      }
      return field
    }
  }

  /// The fields of the IETF's draft under `ietf`.
  mutating func policyRules(_ item: Item) -> [PolicyRule] {
    let allowed = "a map such as { scope: key }, or a list of these"
    return oneOrMore(item, for: "ietf", allowed: allowed).compactMap { item in
      guard
        let words = words(item, in: "ietf", allowed: ["field", "policy", "reset", "scope"])
      else { return nil }
      var rule = PolicyRule()
      if let entry = words["field"], let name = fieldName(entry.value, for: "field") {
        rule.field = name
      }
      if let entry = words["policy"], let name = fieldName(entry.value, for: "policy") {
        rule.policyField = name
      }
      rule.scope = words["scope"].flatMap { scopeWord($0.value, for: "scope") } ?? .key
      rule.resets = words["reset"].map { resets($0.value) } ?? []
      return rule
    }
  }
}
