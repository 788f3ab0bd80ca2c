import Policy

extension Reading {
  /// The header that makes requests safe to repeat, and whether Penstock adds it.
  mutating func idempotency(_ item: Item) -> IdempotencyRule? {
    guard let words = words(item, in: "idempotency", allowed: ["header", "add"]) else { return nil }
    guard let entry = words["header"] else {
      faults.add(
        item.position, "idempotency has no header, allowed: one such as header: Idempotency-Key")
      return nil
    }
    let header = value(
      entry.value, for: "header", allowed: "a header name such as Idempotency-Key",
      parse: FieldNameText.parse)
    let add = words["add"].flatMap { choice($0.value, for: "add", among: ["true", "false"]) }
    return header.map { IdempotencyRule(header: $0, adds: add == "true") }
  }

  /// Where an answer states what its request took from a limit.
  mutating func measure(_ item: Item) -> Measure? {
    guard let words = words(item, in: "measure", allowed: ["header", "json"]) else { return nil }
    guard let entry = words.entries.first else {
      if case .map(let entries) = item.content, entries.isEmpty {
        faults.add(item.position, "found an empty map, allowed in measure: header or json")
      }
      return nil
    }
    if words.entries.count > 1 {
      faults.add(
        words.entries[1].position, "found header and json, allowed in measure: one of them")
      return nil
    }
    if entry.word == "json" { return pointer(entry.value).map { .json($0) } }
    return value(
      entry.value, for: "header", allowed: "a header name such as X-Request-Cost",
      parse: FieldNameText.parse
    ).map { .header($0) }
  }

  /// The place in a JSON text behind the word `json`.
  mutating func pointer(_ item: Item) -> [String]? {
    value(item, for: "json", allowed: "a pointer such as /data/id", parse: PointerText.parse)
  }
}
