/// A point of civil time, in whole nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// Wall time is for calendars, dates in headers and logs. It may step; nothing that measures a
/// span uses it.
public struct WallTime: Hashable, Comparable, Sendable {
  /// Nanoseconds since the Unix epoch.
  public var nanoseconds: Int64

  /// The wall time so many nanoseconds after the Unix epoch.
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The wall time so many seconds after the Unix epoch, saturating.
  public init(secondsSinceEpoch: Int64) {
    let (scaled, overflow) = secondsSinceEpoch.multipliedReportingOverflow(by: 1_000_000_000)
    nanoseconds = overflow ? (secondsSinceEpoch > 0 ? .max : .min) : scaled
  }

  /// Whole seconds since the Unix epoch, rounded down.
  public var secondsSinceEpoch: Int64 {
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// Whether `lhs` comes before `rhs`.
  public static func < (lhs: WallTime, rhs: WallTime) -> Bool { lhs.nanoseconds < rhs.nanoseconds }

  /// The wall time `span` after `lhs`, saturating.
  public static func + (lhs: WallTime, span: Duration) -> WallTime {
    WallTime(nanoseconds: lhs.nanoseconds.clampedAdding(span.wholeNanoseconds))
  }

  /// The span from `rhs` to `lhs`.
  public static func - (lhs: WallTime, rhs: WallTime) -> Duration {
    let (difference, overflow) = lhs.nanoseconds.subtractingReportingOverflow(rhs.nanoseconds)
    return Duration(nanoseconds: overflow ? (lhs > rhs ? .max : -.max) : difference)
  }
}
