/// How the allowance of a window or a day is used up.
public enum Pace: Hashable, Sendable {
  /// As soon as requests come.
  case free
  /// Evenly: the window's allowance over the window, the rest of a day's over the rest of the day.
  case even
}
