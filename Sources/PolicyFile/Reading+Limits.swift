import Limits
import Policy

extension Reading {
  static let kinds = ["token-bucket", "sliding-window", "spacing", "concurrency", "calendar"]
  static let mostAtOnce = 1_000_000

  /// The words each kind of limit takes besides name, per, kind and match.
  static let kindWords: [String: [String]] = [
    "token-bucket": ["allow", "burst"], "sliding-window": ["allow"], "spacing": ["every"],
    "concurrency": ["allow"], "calendar": ["allow", "zone"],
  ]
  static let limitWords = ["name", "per", "kind", "match", "allow", "burst", "every", "zone"]

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
        limits[index] = draft
      } else {
        limits.append(draft)
      }
    }
  }

  private mutating func limit(_ item: Item) -> LimitDraft? {
    guard
      let words = words(
        item, in: "a limit", allowed: Reading.limitWords, unsupported: ["jitter"])
    else { return nil }
    let name = limitName(words)
    let scope = self.scope(words)
    let kind = self.kind(words)
    let match = words["match"].map { patterns($0.value) } ?? []
    guard let name else { return nil }
    var rule: LimitRule?
    if let scope, let kind {
      rule = LimitRule(name: name.text, scope: scope, kind: kind, match: match)
    }
    return LimitDraft(
      name: name.text, position: name.position,
      scopePosition: words["per"]?.value.position ?? words.position, rule: rule)
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
    let scopes: [(word: String, scope: LimitScope)] = [
      ("account", .account), ("api", .api), ("caller", .caller), ("endpoint", .endpoint),
      ("key", .key), ("lane", .lane),
    ]
    let choices = scopes.map(\.word)
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
      for entry in scopes where entry.word == word { scope.formUnion(entry.scope) }
    }
    return isFaulty ? nil : scope
  }

  private mutating func kind(_ words: Words) -> LimitKind? {
    guard let entry = words["kind"] else {
      let allowed = Reading.kinds.joined(separator: ", ")
      faults.add(words.position, "this limit has no kind, allowed: \(allowed)")
      return nil
    }
    guard let kind = choice(entry.value, for: "kind", among: Reading.kinds) else { return nil }
    let own = Reading.kindWords[kind] ?? []
    for entry in words.entries
    where !own.contains(entry.word) && ["allow", "burst", "every", "zone"].contains(entry.word) {
      faults.add(
        entry.position,
        "\(Echo.quoted(entry.word)) means nothing to a limit of kind \(kind), allowed: "
          + own.joined(separator: ", "))
    }
    switch kind {
    case "token-bucket": return tokenBucket(words)
    case "sliding-window": return rate(words).map { .slidingWindow(rate: $0) }
    case "spacing": return spacing(words)
    case "calendar": return calendar(words)
    default:
      return required("allow", in: words, such: "allow: 16").flatMap {
        integer($0, for: "allow", in: 1...Reading.mostAtOnce)
      }.map { .concurrency(allow: $0) }
    }
  }

  private mutating func required(_ word: String, in words: Words, such: String) -> Item? {
    if let entry = words[word] { return entry.value }
    faults.add(
      words.position, "this limit has no \(word), allowed: one such as \(such)")
    return nil
  }

  private mutating func rate(_ words: Words) -> Rate? {
    guard let item = required("allow", in: words, such: "allow: 120/min") else { return nil }
    return value(item, for: "allow", allowed: "a rate such as 120/min", parse: RateText.parse)
  }

  private mutating func tokenBucket(_ words: Words) -> LimitKind? {
    let rate = rate(words)
    guard let entry = words["burst"] else {
      return rate.map { .tokenBucket(rate: $0, burst: $0.allow) }
    }
    let burst = integer(entry.value, for: "burst", in: 1...RateText.mostUnits)
    guard let rate, let burst else { return nil }
    return .tokenBucket(rate: rate, burst: burst)
  }

  private mutating func spacing(_ words: Words) -> LimitKind? {
    guard let item = required("every", in: words, such: "every: 20s"),
      let every = value(
        item, for: "every", allowed: "a duration such as 20s", parse: DurationText.parse)
    else { return nil }
    if every > .zero { return .spacing(every: every) }
    faults.add(item.position, "found a duration of nothing, allowed for every: 1ms to 366d")
    return nil
  }

  private mutating func calendar(_ words: Words) -> LimitKind? {
    if let zone = words["zone"],
      let text = text(zone.value, for: "zone", allowed: "UTC"), text != "UTC"
    {
      faults.add(
        zone.value.position,
        "zones other than UTC are not supported by this version of Penstock, "
          + "allowed for zone: UTC")
    }
    guard let rate = rate(words), let item = words["allow"]?.value else { return nil }
    guard rate.per == .seconds(86_400) else {
      faults.add(
        item.position, "a calendar limit counts days, allowed for allow: a rate such as 25/day")
      return nil
    }
    return .calendar(allow: rate.allow)
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
