import Timekeeping

/// A field that states when a limit resets: its name, its unit and what "reset" means there.
public struct ResetField: Hashable, Sendable {
  /// How the value is written.
  public enum Unit: Hashable, Sendable {
    /// Seconds since 1970, a fraction allowed.
    case epochSeconds
    /// Milliseconds since 1970.
    case epochMilliseconds
    /// `2026-02-28T12:01:00.000Z`.
    case iso8601
    /// Seconds from now.
    case deltaSeconds
    /// Told from the value: a date, a point in time above 10^9, else seconds from now.
    case automatic
  }

  /// What the provider calls a reset.
  public enum Meaning: Hashable, Sendable {
    /// When the window ends or a slot is free again: a time to send.
    case windowEnd
    /// When the bucket is full again: later than needed, never a time to send.
    case full
  }

  /// The field's name in lower case.
  public var name: String
  /// How its value is written.
  public var unit: Unit
  /// What the provider calls a reset.
  public var meaning: Meaning

  /// The rule for the field `name`.
  public init(name: String, unit: Unit, meaning: Meaning) {
    self.name = name
    self.unit = unit
    self.meaning = meaning
  }

  /// Resets further in the past than this are stale, not "now" (limits-science.md, section 4).
  static let slack: Duration = .seconds(5)

  /// The delay until the reset `value` states, counted from `date`, the answer's own `Date`.
  ///
  /// Nil for what is malformed, stale, or a point in time without a `date` to measure it against.
  public func delay(_ value: String, date: WallTime?) -> Duration? {
    FieldList.members(of: value).compactMap { delay(ofMember: $0, date: date) }.max()
  }

  private func delay(ofMember text: Substring, date: WallTime?) -> Duration? {
    let number = DecimalText(text.utf8)
    switch unit {
    case .epochSeconds: return number.flatMap { span(to: $0, power: 9, from: date) }
    case .epochMilliseconds: return number.flatMap { span(to: $0, power: 6, from: date) }
    case .iso8601: return ISODate.parse(text).flatMap { span(to: $0, from: date) }
    case .deltaSeconds:
      return number.map { RetryAfter.bounded(.nanoseconds($0.roundedUp(timesTenTo: 9))) }
    case .automatic:
      if let number {
        guard let end = RetryAfter.epochTime(number) else {
          return RetryAfter.bounded(.nanoseconds(number.roundedUp(timesTenTo: 9)))
        }
        return span(to: end, from: date)
      }
      let end = ISODate.parse(text) ?? HTTPDate.parse(text, near: date)
      return end.flatMap { span(to: $0, from: date) }
    }
  }

  private func span(to number: DecimalText, power: Int, from date: WallTime?) -> Duration? {
    span(to: WallTime(nanoseconds: number.roundedUp(timesTenTo: power)), from: date)
  }

  private func span(to end: WallTime, from date: WallTime?) -> Duration? {
    guard let date else { return nil }
    let delay = end - date
    return delay < .zero - Self.slack ? nil : RetryAfter.bounded(delay)
  }
}
