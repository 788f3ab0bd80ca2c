/// How a provider writes a delay or a point in time (limits-science.md, section 6).
public enum TimeFormat: Hashable, Sendable, CaseIterable {
  /// Seconds from now, a fraction allowed (`ds`).
  case deltaSeconds
  /// Milliseconds from now (`dms`).
  case deltaMilliseconds
  /// Seconds since 1970, a fraction allowed (`es`).
  case epochSeconds
  /// Milliseconds since 1970 (`ems`).
  case epochMilliseconds
  /// `2026-02-28T12:01:00.000Z` (`iso`).
  case iso8601
  /// `Sat, 28 Feb 2026 12:01:00 GMT` and its ancestors (`imf`).
  case httpDate
  /// `6m0s`, `12ms`, `34.07s` (`go`).
  case goDuration
  /// Told from the value (`auto`).
  case automatic
}
