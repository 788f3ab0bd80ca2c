import Feedback

/// Places in an answer, and the small words of a dialect.
extension Reading {
  /// A place: the name of a header, or `{ body: PATH }`.
  mutating func part(_ item: Item, for word: String) -> AnswerPart? {
    guard case .map = item.content else { return part(text: item, for: word, isBody: false) }
    return partAndWords(item, for: word, extra: [])?.part
  }

  /// The places in a list of them, or one alone.
  mutating func parts(_ item: Item, for word: String) -> [AnswerPart] {
    oneOrMore(item, for: word, allowed: "a header name, { body: PATH }, or a list of these")
      .compactMap { part($0, for: word) }
  }

  /// The place in a map with `header` or `body`, and the other words of the map.
  mutating func partAndWords(
    _ item: Item, for word: String, extra: [String]
  ) -> (part: AnswerPart, words: Words)? {
    guard let words = words(item, in: word, allowed: ["header", "body"] + extra) else {
      return nil
    }
    let places = [words["header"], words["body"]].compactMap { $0 }
    guard let place = places.first, places.count == 1 else {
      faults.add(
        item.position,
        "found \(places.isEmpty ? "neither header nor body" : "header and body"), allowed for "
          + "\(word): one of them")
      return nil
    }
    let isBody = place.word == "body"
    return part(text: place.value, for: place.word, isBody: isBody).map { ($0, words) }
  }

  /// A header's name, or a path in the body.
  mutating func part(text item: Item, for word: String, isBody: Bool) -> AnswerPart? {
    guard isBody else { return fieldName(item, for: word).map { .field($0) } }
    return value(
      item, for: word, allowed: "a pointer such as /error/details/retry_after", parse: Reading.path
    ).map { .body($0) }
  }

  /// The members a pointer goes through, `*` for any element of an array; `/` is the whole body.
  private static func path(_ text: String) throws(Misread) -> [String] {
    text == "/" ? [] : try PointerText.parse(text)
  }

  mutating func fieldName(_ item: Item, for word: String) -> String? {
    value(
      item, for: word, allowed: "a header name such as X-RateLimit-Reset",
      parse: FieldNameText.parse)
  }

  mutating func scopeWord(_ item: Item, for word: String) -> Signal.Scope? {
    let scopes: [(word: String, scope: Signal.Scope)] = [
      ("key", .key), ("account", .account), ("endpoint", .endpoint), ("api", .api),
      ("narrowest", .narrowest),
    ]
    let chosen = choice(item, for: word, among: scopes.map(\.word))
    return scopes.first { $0.word == chosen }?.scope
  }

  mutating func unit(_ item: Item) -> TimeFormat? {
    let units: [(word: String, format: TimeFormat)] = [
      ("es", .epochSeconds), ("ems", .epochMilliseconds), ("ds", .deltaSeconds),
      ("dms", .deltaMilliseconds), ("iso", .iso8601), ("imf", .httpDate), ("go", .goDuration),
      ("auto", .automatic),
    ]
    let chosen = choice(item, for: "unit", among: units.map(\.word))
    return units.first { $0.word == chosen }?.format
  }

  mutating func span(_ item: Item, for word: String) -> Duration? {
    value(item, for: word, allowed: "a duration such as 30s", parse: DurationText.parse)
  }

  mutating func truth(_ item: Item, for word: String) -> Bool? {
    choice(item, for: word, among: ["true", "false"]).map { $0 == "true" }
  }
}
