/// The bounds of a stated delay.
public enum RetryAfter {
  /// No stated delay but a quota's counts for more than a day; a limit of more is a quota.
  public static let longest: Duration = .seconds(86_400)
  /// No quota is waited for longer than this: 40 days, a month and some.
  public static let farthest: Duration = .seconds(40 * 86_400)

  static func bounded(_ delay: Duration) -> Duration { min(max(delay, .zero), farthest) }
}
