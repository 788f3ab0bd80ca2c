import Timekeeping

extension TimeFormat {
  /// The span from `date`, the answer's own `Date`, to what `text` states.
  ///
  /// Negative for a point in time that is past; a negative delta is zero. Nil for what is
  /// malformed, and for a point in time without a date: this machine's clock is never asked.
  /// `window` tells milliseconds from seconds where the format is told from the value.
  func delay(
    _ text: Substring, date: () -> WallTime?, window: Duration? = nil
  ) -> Duration? {
    switch self {
    case .iso8601: return ISODate.parse(text).flatMap { Self.span(to: $0, from: date) }
    case .goDuration: return GoDuration.parse(text)
    case .httpDate:
      guard let date = date() else { return nil }
      return HTTPDate.parse(text, near: date).map { $0 - date }
    default: break
    }
    guard let number = DecimalText(text.utf8) else {
      guard self == .automatic else { return nil }
      return GoDuration.parse(text) ?? Self.pointInTime(text, date: date)
    }
    switch self {
    case .deltaSeconds: return .nanoseconds(number.roundedUp(timesTenTo: 9))
    case .deltaMilliseconds: return .nanoseconds(number.roundedUp(timesTenTo: 6))
    case .epochSeconds: return Self.span(to: number, power: 9, from: date)
    case .epochMilliseconds: return Self.span(to: number, power: 6, from: date)
    default: return Self.told(number, date: date, window: window)
    }
  }

  /// The span a bare number states, its unit told by its size (limits-science.md, section 6.3).
  private static func told(
    _ number: DecimalText, date: () -> WallTime?, window: Duration?
  ) -> Duration? {
    let power: Int
    switch number.roundedUp(timesTenTo: 0) {
    case ...1_000_000_000:
      let seconds = Duration.nanoseconds(number.roundedUp(timesTenTo: 9))
      let milliseconds = Duration.nanoseconds(number.roundedUp(timesTenTo: 6))
      guard let window, seconds > window * 2, milliseconds <= window * 2 else { return seconds }
      return milliseconds
    case ...100_000_000_000: power = 9
    case ...100_000_000_000_000: power = 6
    case ...100_000_000_000_000_000: power = 3
    default: power = 0
    }
    return span(to: number, power: power, from: date)
  }

  private static func pointInTime(_ text: Substring, date: () -> WallTime?) -> Duration? {
    guard let date = date() else { return nil }
    let end = ISODate.parse(text) ?? HTTPDate.parse(text, near: date) ?? ScriptDate.parse(text)
    return end.map { $0 - date }
  }

  private static func span(
    to number: DecimalText, power: Int, from date: () -> WallTime?
  ) -> Duration? {
    span(to: WallTime(nanoseconds: number.roundedUp(timesTenTo: power)), from: date)
  }

  private static func span(to end: WallTime, from date: () -> WallTime?) -> Duration? {
    date().map { end - $0 }
  }
}
