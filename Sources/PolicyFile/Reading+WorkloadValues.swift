import Limits
import Planning
import Timekeeping

extension Reading {
  static let mostNames = 1_000_000
  static let mostRequests = 1_000_000_000

  /// `POST /path`, with `{account}` where the account goes.
  mutating func request(_ item: Item) -> (method: String, target: String)? {
    let allowed = "a method and a path such as POST /v1/{account}/posts"
    guard let text = text(item, for: "request", allowed: allowed) else { return nil }
    let parts = text.split(separator: " ")
    guard parts.count == 2, parts[1].hasPrefix("/"), parts[1].utf8.count <= 4096,
      (1...32).contains(parts[0].utf8.count),
      parts[0].utf8.allSatisfy({ 0x41...0x5A ~= $0 || $0 == UInt8(ascii: "-") })
    else {
      faults.add(item.position, "found \(Echo.quoted(text)), allowed for request: \(allowed)")
      return nil
    }
    return (String(parts[0]), String(parts[1]))
  }

  mutating func fields(_ item: Item) -> [String: String] {
    var fields: [String: String] = [:]
    for entry in names(item, of: "headers") {
      guard FieldNameText.isToken(entry.word) else {
        faults.add(entry.position, "this is no header's name, allowed: one such as X-Account-Id")
        continue
      }
      guard let value = text(entry.value, for: entry.word, allowed: "a text") else { continue }
      fields[entry.word.lowercased()] = value
    }
    return fields
  }

  /// A count of names, or a list of them.
  mutating func nameList(_ entry: Item.Entry, prefix: String) -> NameList? {
    guard case .list(let items) = entry.value.content else {
      return integer(entry.value, for: entry.word, in: 1...Reading.mostNames).map {
        .count($0, prefix: prefix)
      }
    }
    if items.isEmpty {
      faults.add(
        entry.value.position,
        "found an empty list, allowed for \(entry.word): names, or how many")
      return nil
    }
    let names = items.compactMap { text($0, for: entry.word, allowed: "a name") }
    return names.count == items.count ? .names(names) : nil
  }

  /// When requests arrive: one pattern, and when it begins and ends.
  mutating func arrivals(_ item: Item) -> Arrivals? {
    let patterns = ["rate", "poisson", "burst", "times"]
    guard
      let words = words(item, in: "arrive", allowed: patterns + ["from", "until", "count"])
    else { return nil }
    let stated = words.entries.filter { patterns.contains($0.word) }
    guard let entry = stated.first, stated.count == 1 else {
      faults.add(
        item.position,
        "found \(stated.count) patterns, allowed in arrive: one of \(patterns.joined(separator: ", "))"
      )
      return nil
    }
    let from = words["from"].flatMap { span($0) } ?? .zero
    let until = words["until"].flatMap { span($0) }
    let count = words["count"].flatMap {
      integer($0.value, for: "count", in: 1...Reading.mostRequests)
    }
    return pattern(entry).map { Arrivals($0, from: from, until: until, count: count) }
  }

  private mutating func pattern(_ entry: Item.Entry) -> Arrivals.Pattern? {
    switch entry.word {
    case "rate", "poisson":
      let rate = value(
        entry.value, for: entry.word, allowed: "a rate such as 120/min", parse: RateText.parse)
      return rate.map { entry.word == "rate" ? .even($0) : .poisson($0) }
    case "burst":
      return integer(entry.value, for: "burst", in: 1...Reading.mostRequests).map { .burst($0) }
    default:
      var times: [Duration] = []
      for item in oneOrMore(entry.value, for: "times", allowed: "durations from the start") {
        let time = value(
          item, for: "times", allowed: "a duration such as 90s", parse: DurationText.parse)
        if let time, let last = times.last, time < last {
          faults.add(item.position, "this is earlier than the one before, allowed: rising times")
        }
        if let time { times.append(time) }
      }
      return .times(times)
    }
  }

  /// How long answers take: a duration, or a map that says how they vary.
  mutating func serviceTime(_ item: Item) -> ServiceTime? {
    if case .text = item.content {
      return value(
        item, for: "service", allowed: "a duration such as 300ms", parse: DurationText.parse
      ).map { .constant($0) }
    }
    let allowed = ["from", "to", "median", "p99"]
    guard let words = words(item, in: "service", allowed: allowed) else { return nil }
    let found = Set(words.entries.map(\.word))
    if found == ["from", "to"], let (from, to) = spans(words, "from", "to") {
      return .uniform(from: from, to: to)
    }
    if found == ["median", "p99"], let (median, p99) = spans(words, "median", "p99") {
      return .lognormal(median: median, p99: p99)
    }
    if found != ["from", "to"], found != ["median", "p99"] {
      faults.add(
        item.position,
        "found \(found.count) words, allowed for service: a duration, from with to, or median "
          + "with p99")
    }
    return nil
  }

  /// Two durations of which the first must not be the longer one.
  private mutating func spans(
    _ words: Words, _ lower: String, _ upper: String
  ) -> (Duration, Duration)? {
    guard let low = words[lower].flatMap({ span($0) }),
      let high = words[upper].flatMap({ span($0) })
    else { return nil }
    guard low <= high else {
      faults.add(
        words.position, "\(lower) is longer than \(upper), allowed: \(lower) at most \(upper)")
      return nil
    }
    return (low, high)
  }
}
