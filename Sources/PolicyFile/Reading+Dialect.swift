import Feedback

/// The words of a `dialect:`: how a provider speaks about its limits.
extension Reading {
  static let dialectWords = [
    "blames", "codes", "delay", "estimates", "idempotency-header", "ietf", "rejects-counted",
    "scope", "statuses", "tier",
  ]

  /// The dialect that `item` describes, under the provider's name.
  mutating func dialect(_ item: Item?, name: String) -> Dialect {
    guard let item, let words = words(item, in: "dialect", allowed: Reading.dialectWords) else {
      return Dialect(name: name)
    }
    let scope = words["scope"].flatMap {
      self.words($0.value, in: "scope", allowed: ["room", "unstated"])
    }
    let room = scope?["room"].flatMap { self.scopeWord($0.value, for: "room") }
    let unstated = scope?["unstated"].flatMap { self.scopeWord($0.value, for: "unstated") }
    let counted = words["rejects-counted"].flatMap { truth($0.value, for: "rejects-counted") }
    return Dialect(
      name: name,
      statuses: words["statuses"].map { statusRules($0.value) } ?? StatusRule.standard,
      codes: words["codes"].map { codeRules($0.value) } ?? [],
      delays: words["delay"].flatMap { delayRule($0.value) } ?? DelayRule(),
      roomScope: room ?? .narrowest, unstatedScope: unstated ?? .key,
      blamed: words["blames"].map { parts($0.value, for: "blames") } ?? [],
      estimates: words["estimates"].map { estimateRules($0.value) } ?? [],
      policies: words["ietf"].map { policyRules($0.value) } ?? [],
      rejectsCounted: counted ?? true,
      idempotencyHeader: words["idempotency-header"].flatMap {
        fieldName($0.value, for: "idempotency-header")
      },
      tierField: words["tier"].flatMap { fieldName($0.value, for: "tier") })
  }

  /// Where a delay stands beside `Retry-After`, and which wait counts where none is stated.
  private mutating func delayRule(_ item: Item) -> DelayRule? {
    guard
      let words = words(item, in: "delay", allowed: ["body", "canonical", "default", "header"])
    else { return nil }
    var rule = DelayRule()
    if let entry = words["header"] {
      rule.fields = oneOrMore(entry.value, for: "header", allowed: Reading.headerPlaces)
        .compactMap { place($0, for: "header", isBody: false) }
    }
    if let entry = words["body"] {
      rule.body = oneOrMore(entry.value, for: "body", allowed: Reading.bodyPlaces)
        .compactMap { place($0, for: "body", isBody: true) }
    }
    rule.canonical = words["canonical"].flatMap { fieldName($0.value, for: "canonical") }
    rule.fallback = words["default"].flatMap { span($0.value, for: "default") }
    return rule
  }

  private static let headerPlaces =
    "a header name, { name: X-Retry, unit: dms }, or a list of these"
  private static let bodyPlaces =
    "a pointer such as /error/retry_after, { path: /error/retry_after, unit: dms }, or a list of these"

  private mutating func place(
    _ item: Item, for word: String, isBody: Bool
  ) -> DelayRule.Place? {
    let own = isBody ? "path" : "name"
    guard case .map = item.content else {
      return part(text: item, for: word, isBody: isBody).map { DelayRule.Place($0) }
    }
    guard let words = words(item, in: word, allowed: [own, "unit"]) else { return nil }
    guard let entry = words[own] else {
      faults.add(
        item.position,
        "this has no \(own), allowed for \(word): "
          + (isBody ? Reading.bodyPlaces : Reading.headerPlaces))
      return nil
    }
    let format = words["unit"].flatMap { unit($0.value) } ?? .automatic
    return part(text: entry.value, for: own, isBody: isBody).map {
      DelayRule.Place($0, format: format)
    }
  }

  /// The meanings of statuses: those of the standard ones, changed and completed by `item`.
  private mutating func statusRules(_ item: Item) -> [StatusRule] {
    var rules = StatusRule.standard
    guard case .map(let entries) = item.content else {
      faults.add(
        item.position, "found \(item.noun), allowed for statuses: a map such as 402: permanent")
      return rules
    }
    for entry in entries {
      guard entry.word.utf8.count == 3, let status = Int(entry.word), (200...599).contains(status)
      else {
        faults.add(
          entry.position, "found \(Echo.quoted(entry.word)), allowed in statuses: 200 to 599")
        continue
      }
      guard let (verdict, words) = verdict(entry.value, extra: ["when"]) else { continue }
      let when = words?["when"].flatMap { choice($0.value, for: "when", among: ["exhausted"]) }
      rules.removeAll { $0.status == status }
      rules.append(StatusRule(status, verdict, needsExhaustion: when != nil))
    }
    return rules
  }
}
