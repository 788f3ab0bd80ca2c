import Timekeeping

/// The field `Retry-After` (RFC 9110 section 10.2.3), with what servers write into it by mistake.
public enum RetryAfter {
  /// No stated delay counts for more than this: a day.
  public static let longest: Duration = .seconds(86_400)

  /// Fields that state the delay in milliseconds, in lower case; they precede `Retry-After`.
  static let millisecondFields = ["retry-after-ms", "x-ms-retry-after-ms"]

  /// The delay `value` states, from zero to `longest`, or nil when it states none.
  ///
  /// Seconds may have a fraction or an exponent. A date is measured against `date`, the answer's
  /// own `Date`, never against this machine's clock, and is ignored without one; so is a number
  /// above 10^9, which is a point in time (epoch seconds, milliseconds, ...) written by mistake.
  /// Negative and past delays are zero. Of several values the largest counts, and those that are
  /// neither number nor date count for nothing.
  public static func delay(_ value: String, date: WallTime?) -> Duration? {
    FieldList.members(of: value).compactMap { member in
      if let number = DecimalText(member.utf8) { return delay(number, date: date) }
      guard let date, let end = HTTPDate.parse(member, near: date) else { return nil }
      return bounded(end - date)
    }.max()
  }

  /// The delay `value` states in milliseconds, from zero to `longest`, or nil when it states none.
  public static func milliseconds(_ value: String) -> Duration? {
    FieldList.members(of: value).compactMap { member in
      DecimalText(member.utf8).map { bounded(.nanoseconds($0.roundedUp(timesTenTo: 6))) }
    }.max()
  }

  static func delay(_ seconds: DecimalText, date: WallTime?) -> Duration? {
    guard let end = epochTime(seconds) else {
      return bounded(.nanoseconds(seconds.roundedUp(timesTenTo: 9)))
    }
    return date.map { bounded(end - $0) }
  }

  /// The point in time `number` names, its unit told by its size; nil for a span of seconds.
  static func epochTime(_ number: DecimalText) -> WallTime? {
    let power: Int? =
      switch number.roundedUp(timesTenTo: 0) {
      case ...1_000_000_000: nil
      case ...100_000_000_000: 9
      case ...100_000_000_000_000: 6
      case ...100_000_000_000_000_000: 3
      default: 0
      }
    return power.map { WallTime(nanoseconds: number.roundedUp(timesTenTo: $0)) }
  }

  static func bounded(_ delay: Duration) -> Duration { min(max(delay, .zero), longest) }
}
