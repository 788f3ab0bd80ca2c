import Timekeeping

/// One answer while it is read: its fields by name, its body, and what was parsed of them before.
struct Answer {
  let status: Int
  /// Which of the dialect's fields it has, or more.
  let stated: FieldMask
  let field: (String) -> String?
  let body: JSONScanner
  private var knownDate: WallTime??

  init(
    status: Int, stated: FieldMask, field: @escaping (String) -> String?, body: [UInt8]
  ) {
    self.status = status
    self.stated = stated
    self.field = field
    self.body = JSONScanner(body)
  }

  /// The answer's own `Date`; no point in time is measured against anything else.
  mutating func date() -> WallTime? {
    if let knownDate { return knownDate }
    let date = field("date").flatMap { FixedDate.parse($0) ?? HTTPDate.parse($0) }
    knownDate = date
    return date
  }

  /// Whether it comes from a cache: its counters and points in time are no news (RFC 9111).
  func isStored() -> Bool {
    guard let age = field("age"), let seconds = DecimalText(age.utf8) else { return false }
    return seconds.roundedDown > 0
  }

  /// The numbers and texts at `part`: members of a field, or scalars of the body.
  func values(at part: AnswerPart) -> [Substring] {
    switch part {
    case .field(let name): return field(name).map { FieldList.members(of: $0) } ?? []
    case .body(let path):
      return body.isEmpty
        ? []
        : body.scalars(at: path).compactMap { scalar in
          switch scalar {
          case .number(let text), .string(let text): text[...]
          case .bool(let value): value ? "true" : "false"
          case .null: nil
          }
        }
    }
  }

  /// The first value at `part`, at most 64 bytes of it in visible ASCII; nil where none stands.
  func name(at part: AnswerPart) -> String? {
    let text: Substring?
    switch part {
    case .field(let name): text = field(name).map { FieldList.trimmed($0[...]) }
    case .body: text = values(at: part).first
    }
    guard let text, !text.isEmpty, text.utf8.count <= 64,
      text.utf8.allSatisfy({ 0x21...0x7E ~= $0 })
    else { return nil }
    return String(text)
  }

  /// Calls `use` with the number of each value at `part`, and with the value itself.
  func forEachNumber(at part: AnswerPart, _ use: (DecimalText, Substring) -> Void) {
    switch part {
    case .field(let name):
      guard let value = field(name) else { return }
      // Most are a number and no more.
      if let number = DecimalText(value.utf8) { return use(number, value[...]) }
      FieldList.forEach(value) { member in
        if let number = DecimalText(FieldList.bare(member).utf8) { use(number, member) }
      }
    case .body:
      for value in values(at: part) {
        if let number = DecimalText(value.utf8) { use(number, value) }
      }
    }
  }

  /// The largest span that the values at `part` state; negative for a point in time that is past.
  mutating func delay(
    at part: AnswerPart, format: TimeFormat, window: Duration? = nil
  ) -> Duration? {
    var largest: Duration?
    func take(_ member: Substring, _ answer: inout Answer) {
      let delay = format.delay(member, date: { answer.date() }, window: window)
      if let delay, delay > largest ?? .nanoseconds(Int64.min) { largest = delay }
    }
    switch part {
    case .field(let name):
      guard let value = field(name) else { return nil }
      if DecimalText(value.utf8) != nil {
        take(value[...], &self)
      } else {
        FieldList.forEach(value) { take($0, &self) }
      }
    case .body:
      for value in values(at: part) { take(value, &self) }
    }
    return largest
  }
}

extension [AnswerPart] {
  /// The name at the first of these places that has one.
  func firstName(in answer: Answer) -> String? {
    for part in self {
      if let name = answer.name(at: part) { return name }
    }
    return nil
  }
}
