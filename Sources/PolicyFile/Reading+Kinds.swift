import Limits
import Timekeeping

extension Reading {
  static let mostAtOnce = 1_000_000
  static let kinds = [
    "token-bucket", "sliding-window", "fixed-window", "two-counter-window", "spacing",
    "concurrency", "calendar", "hours", "learned", "unknown",
  ]

  /// The words each kind of limit takes besides name, per, kind and match.
  static let kindWords: [String: [String]] = [
    "token-bucket": ["allow", "burst", "spread", "measure"],
    "sliding-window": ["allow", "pace", "reserved", "measure"],
    "fixed-window": ["allow", "start", "offset", "doubt", "pace", "reserved", "measure"],
    "two-counter-window": ["allow", "spread"],
    "spacing": ["every", "jitter", "spread"],
    "concurrency": ["allow", "hold"],
    "calendar": ["allow", "zone", "pace", "reserved", "measure"],
    "hours": ["closed"],
    "learned": ["allow"],
    "unknown": ["allow", "pace", "reserved", "measure"],
  ]
  static let commonWords = ["name", "per", "kind", "match"]
  static let limitWords = commonWords + Set(kindWords.values.joined()).sorted()

  /// The kind of a limit with its numbers.
  mutating func kind(_ words: Words) -> LimitKind? {
    guard let entry = words["kind"] else {
      let allowed = Reading.kinds.joined(separator: ", ")
      faults.add(words.position, "this limit has no kind, allowed: \(allowed)")
      return nil
    }
    guard let kind = choice(entry.value, for: "kind", among: Reading.kinds) else { return nil }
    let own = Reading.kindWords[kind] ?? []
    for entry in words.entries
    where !own.contains(entry.word) && !Reading.commonWords.contains(entry.word) {
      faults.add(
        entry.position,
        "\(Echo.quoted(entry.word)) means nothing to a limit of kind \(kind), allowed: "
          + own.joined(separator: ", "))
    }
    switch kind {
    case "token-bucket": return tokenBucket(words)
    case "sliding-window": return rate(words).map { .slidingWindow(rate: $0) }
    case "fixed-window": return fixedWindow(words)
    case "two-counter-window": return twoCounterWindow(words)
    case "spacing": return spacing(words)
    case "concurrency": return concurrency(words)
    case "calendar": return calendar(words)
    case "hours": return hours(words)
    case "learned": return rate(words).map { .learned(start: $0) }
    default: return rate(words).map { .unknown(rate: $0) }
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

  /// The span behind a word, where it stands; `allowed` describes the range.
  private mutating func span(
    _ word: String, in words: Words, _ range: ClosedRange<Duration>, allowed: String
  ) -> Duration? {
    guard let item = words[word]?.value,
      let span = value(
        item, for: word, allowed: "a duration such as 30s", parse: DurationText.parse)
    else { return nil }
    if range.contains(span) { return span }
    let text = text(item, for: word, allowed: allowed) ?? ""
    faults.add(item.position, "found \(Echo.quoted(text)), allowed for \(word): \(allowed)")
    return nil
  }

  private mutating func spread(_ words: Words) -> Duration? {
    span("spread", in: words, .zero ... .seconds(10), allowed: "0s to 10s")
  }

  private mutating func tokenBucket(_ words: Words) -> LimitKind? {
    let rate = rate(words)
    let burst = words["burst"].map {
      integer($0.value, for: "burst", in: 1...RateText.mostUnits) ?? 1
    }
    let spread = spread(words)
    return rate.map { .tokenBucket(rate: $0, burst: burst ?? $0.allow, spread: spread) }
  }

  private mutating func fixedWindow(_ words: Words) -> LimitKind? {
    let rate = rate(words)
    let starts = ["aligned", "anywhere", "first-request"]
    let start = words["start"].flatMap { choice($0.value, for: "start", among: starts) }
    if start != "aligned" {
      for word in ["offset", "doubt"] {
        guard let entry = words[word] else { continue }
        faults.add(
          entry.position,
          "\"\(word)\" means nothing where the window's start is not known, allowed: start: aligned"
        )
      }
    }
    guard let rate else { return nil }
    switch start {
    case "first-request": return .fixedWindow(rate: rate, start: .firstRequest)
    case "aligned":
      let last = rate.per - .nanoseconds(1)
      let offset = span("offset", in: words, .zero...last, allowed: "0s to less than the window")
      let doubt = span(
        "doubt", in: words, .zero...rate.per / 4, allowed: "0s to a quarter of the window")
      return .fixedWindow(
        rate: rate,
        start: .aligned(
          offset: offset ?? .zero, delta: doubt ?? min(.milliseconds(500), rate.per / 10)))
    default: return .fixedWindow(rate: rate, start: .anywhere)
    }
  }

  private mutating func twoCounterWindow(_ words: Words) -> LimitKind? {
    let spread = spread(words)
    guard let rate = rate(words), let item = words["allow"]?.value else { return nil }
    if rate.allow < 3 {
      faults.add(
        item.position,
        "a two-counter-window keeps 2 requests free, allowed for allow: at least 3 in its window")
    }
    return .twoCounterWindow(rate: rate, spread: spread ?? .milliseconds(500))
  }

  private mutating func spacing(_ words: Words) -> LimitKind? {
    let jitter = words["jitter"].flatMap {
      value($0.value, for: "jitter", allowed: "a share such as 20%") {
        text throws(Misread) in try PercentText.parse(text, in: 0...100)
      }
    }
    let spread = spread(words)
    guard let item = required("every", in: words, such: "every: 20s"),
      let every = value(
        item, for: "every", allowed: "a duration such as 20s", parse: DurationText.parse)
    else { return nil }
    if every > .zero {
      return .spacing(every: every, jitter: jitter ?? 0, spread: spread ?? .zero)
    }
    faults.add(item.position, "found a duration of nothing, allowed for every: 1ms to 366d")
    return nil
  }

  private mutating func concurrency(_ words: Words) -> LimitKind? {
    let hold = span("hold", in: words, .seconds(1) ... .seconds(86_400), allowed: "1s to 1d")
    return required("allow", in: words, such: "allow: 16").flatMap {
      integer($0, for: "allow", in: 1...Reading.mostAtOnce)
    }.map { .concurrency(allow: $0, hold: hold) }
  }

  private mutating func calendar(_ words: Words) -> LimitKind? {
    let zone = words["zone"].flatMap { entry in
      text(entry.value, for: "zone", allowed: Reading.zoneExample).flatMap {
        self.zone($0, for: "zone", at: entry.value.position)
      }
    }
    guard let rate = rate(words), let item = words["allow"]?.value else { return nil }
    guard rate.per == .seconds(86_400) else {
      faults.add(
        item.position, "a calendar limit counts days, allowed for allow: a rate such as 25/day")
      return nil
    }
    return .calendar(allow: rate.allow, zone: zone ?? .utc)
  }

  private mutating func hours(_ words: Words) -> LimitKind? {
    let such = "closed: \"23:00-07:00 Europe/Paris\""
    guard let item = required("closed", in: words, such: such),
      let hours = value(
        item, for: "closed", allowed: "hours and a zone such as 23:00-07:00 Europe/Paris",
        parse: HoursText.parse),
      let zone = zone(hours.zone, for: "closed", at: item.position)
    else { return nil }
    return .hours(ClosedHours(from: hours.from, to: hours.to, zone: zone))
  }
}
