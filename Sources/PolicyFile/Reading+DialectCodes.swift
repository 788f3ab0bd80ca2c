import Feedback

/// What codes and texts in an answer mean.
extension Reading {
  static let classes: [(word: String, kind: Signal.Kind?)] = [
    ("limit", .limit), ("quota", .quota), ("permanent", .permanent), ("soft-block", .softBlock),
    ("overload", .overload), ("concurrency", .concurrency), ("lock", .lock),
    ("failure", .failure), ("pass", nil),
  ]
  static let verdictWords = [
    "at-least", "blames", "class", "default", "processed", "scope", "until",
  ]

  /// The rules under `codes`, in their order.
  mutating func codeRules(_ item: Item) -> [CodeRule] {
    let allowed = "a list such as - { body: /error/code, values: { slow_down: limit } }"
    guard case .list(let items) = item.content else {
      faults.add(item.position, "found \(item.noun), allowed for codes: \(allowed)")
      return []
    }
    return items.compactMap { codeRule($0) }
  }

  private mutating func codeRule(_ item: Item) -> CodeRule? {
    guard
      let words = words(
        item, in: "codes", allowed: ["body", "contains", "header", "on", "values"])
    else { return nil }
    var parts: [AnswerPart] = []
    for (word, isBody) in [("header", false), ("body", true)] {
      guard let entry = words[word] else { continue }
      let allowed = isBody ? "a pointer such as /error/code" : "a header name such as X-Reason"
      parts += oneOrMore(entry.value, for: word, allowed: "\(allowed), or a list of them")
        .compactMap { part(text: $0, for: word, isBody: isBody) }
    }
    if words["header"] == nil, words["body"] == nil {
      faults.add(
        item.position, "this does not say where the codes stand, allowed: header, body or both")
    }
    let tables = [words["values"], words["contains"]].compactMap { $0 }
    guard let table = tables.first, tables.count == 1 else {
      faults.add(
        tables.last?.position ?? item.position,
        "found \(tables.isEmpty ? "neither values nor contains" : "values and contains"), "
          + "allowed in codes: one of them")
      return nil
    }
    let isText = table.word == "contains"
    let entries = names(table.value, of: table.word).compactMap { entry in
      if entry.word.isEmpty || entry.word == "*" {
        faults.add(
          entry.position,
          "found \(Echo.quoted(entry.word)), allowed in \(table.word): a code or a part of one")
      }
      return verdict(entry.value, extra: []).map {
        CodeRule.Entry(isText ? entry.word.lowercased() : entry.word, $0.verdict)
      }
    }
    let on = words["on"].map { statuses($0.value) } ?? CodeRule.usualStatuses
    return CodeRule(parts, isText ? .contains : .equal, statuses: on, entries: entries)
  }

  private mutating func statuses(_ item: Item) -> [Int] {
    oneOrMore(item, for: "on", allowed: "a status such as 429, or a list of them")
      .compactMap { integer($0, for: "on", in: 200...599) }
  }

  /// What something means: the word of a class, or a map of what it says for certain.
  ///
  /// Words in `extra` are the caller's to read.
  mutating func verdict(_ item: Item, extra: [String]) -> (verdict: Meaning, words: Words?)? {
    if case .text = item.content {
      return kind(item).map { (checked(Meaning($0), at: item.position), nil) }
    }
    guard
      let words = words(item, in: "a meaning", allowed: Reading.verdictWords + extra)
    else { return nil }
    var verdict = Meaning(.limit)
    if let entry = words["class"] {
      guard let kind = kind(entry.value) else { return nil }
      verdict.kind = kind
    }
    verdict.scope = words["scope"].flatMap { scopeWord($0.value, for: "scope") }
    verdict.atLeast = words["at-least"].flatMap { span($0.value, for: "at-least") }
    verdict.fallback = words["default"].flatMap { span($0.value, for: "default") }
    verdict.untilMidnight =
      words["until"].flatMap { choice($0.value, for: "until", among: ["midnight"]) } != nil
    verdict.isUnprocessed = words["processed"].flatMap {
      truth($0.value, for: "processed")
    }.map { !$0 }
    verdict.bucket = words["blames"].flatMap { entry in
      text(entry.value, for: "blames", allowed: "the name of a limit")
    }
    return (checked(verdict, at: item.position), words)
  }

  /// A permanent "no" is of use only where it says what is of no more use.
  private mutating func checked(_ verdict: Meaning, at position: Position) -> Meaning {
    if verdict.kind == .permanent, verdict.scope != .key, verdict.scope != .account {
      faults.add(
        position,
        "a permanent no takes a key or an account out, allowed: scope: key or scope: account, or "
          + "class: pass where the answer is only for the caller")
    }
    return verdict
  }

  private mutating func kind(_ item: Item) -> Signal.Kind?? {
    guard let word = choice(item, for: "class", among: Reading.classes.map(\.word)) else {
      return nil
    }
    for entry in Reading.classes where entry.word == word { return .some(entry.kind) }
    return nil
  }
}
