import Timekeeping

/// From an answer to what it says about limits (limits-science.md, sections 6.3 and 6.4).
extension Dialect {
  /// Two stated delays that differ by no more than this are the same one, rounded differently.
  static let sameDelay: Duration = .seconds(2)

  /// What an answer says about limits; nil when it says nothing, and is the caller's to see.
  ///
  /// - Parameters:
  ///   - status: the status code.
  ///   - field: the value of a field by its lower-case name, several lines joined by `, `; asked
  ///     only when the status means a limit.
  ///   - body: the first 64 KiB of the body, with no content coding; what is not JSON is ignored.
  public func read(status: Int, field: (String) -> String?, body: [UInt8]) -> Signal? {
    guard statuses.contains(status) else { return nil }
    let json = JSONScanner(body)
    // A stored answer tells of the past: its counters and points in time are no news.
    let isStored = field("age").flatMap { DecimalText($0.utf8) }.map { $0.roundedDown > 0 } ?? false
    let remaining = isStored ? nil : remaining(field)
    let scope = scopes.scope(remaining: remaining, body: json)
    let delay = delay(field: field, body: json, readsReset: !isStored)
    switch meaning(of: json) {
    case .limit: return Signal(scope: scope, delay: delay)
    case .scope(let stated): return Signal(scope: stated, delay: delay)
    case .softBlock(let stated, let least):
      return Signal(scope: stated, delay: max(delay ?? .zero, least))
    case .permanent: return nil
    }
  }

  /// The stated delay of the highest rank, rounded up to one stated elsewhere that agrees with it.
  private func delay(
    field: (String) -> String?, body: JSONScanner, readsReset: Bool
  ) -> Duration? {
    let date = field("date").flatMap { HTTPDate.parse($0) }
    let milliseconds = RetryAfter.millisecondFields
      .compactMap { field($0).flatMap(RetryAfter.milliseconds) }.first
    let header = field("retry-after").flatMap { RetryAfter.delay($0, date: date) }
    if milliseconds == nil, retryAfterIsCanonical, let header { return header }
    var stated = [milliseconds, header, delay(in: body, date: date)]
    if readsReset {
      stated += resetAfterFields.map { name in
        field(name).flatMap { RetryAfter.delay($0, date: nil) }
      }
      stated += resetFields.map { reset in
        guard reset.meaning == .windowEnd else { return nil }
        return field(reset.name).flatMap { reset.delay($0, date: date) }
      }
    }
    let delays = stated.compactMap { $0 }
    guard let chosen = delays.first else { return nil }
    return delays.filter { $0 <= chosen + Self.sameDelay }.max()
  }

  private func delay(in body: JSONScanner, date: WallTime?) -> Duration? {
    for path in delayPaths {
      let text: String? =
        switch body.scalar(at: path) {
        case .number(let text), .string(let text): text
        case .bool, .null, nil: nil
        }
      if let text, let number = DecimalText(text.utf8),
        let delay = RetryAfter.delay(number, date: date)
      {
        return delay
      }
    }
    return nil
  }

  private func meaning(of body: JSONScanner) -> CodeMeaning {
    for path in codePaths {
      if case .string(let code) = body.scalar(at: path), let meaning = codes[code] {
        return meaning
      }
    }
    return .limit
  }

  /// The smallest of the stated counts, a broken number rounded down; nil when none is stated.
  private func remaining(_ field: (String) -> String?) -> Int64? {
    remainingFields.flatMap { name in
      (field(name).map(FieldList.members) ?? []).compactMap {
        DecimalText($0.utf8)?.roundedDown
      }
    }.min()
  }
}
