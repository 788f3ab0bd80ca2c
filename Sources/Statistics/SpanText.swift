import Timekeeping

/// Spans as people read them: `250 ms`, `12.3 s`, `5 min 3 s`, `2 h 10 min`, `3 d 4 h`.
public enum SpanText {
  /// The span in its two largest units, rounded up; shorter than zero is zero.
  public static func text(_ span: Duration) -> String {
    let nanoseconds = max(0, span.wholeNanoseconds)
    let milliseconds = nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 > 0 ? 1 : 0)
    if milliseconds < 1_000 { return milliseconds == 0 ? "0 s" : "\(milliseconds) ms" }
    let tenths = (milliseconds + 99) / 100
    if tenths < 600 {
      return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
    let seconds = (tenths + 9) / 10
    if seconds < 3_600 { return pair(seconds / 60, "min", seconds % 60, "s") }
    let minutes = (seconds + 59) / 60
    if minutes < 1_440 { return pair(minutes / 60, "h", minutes % 60, "min") }
    let hours = (minutes + 59) / 60
    return pair(hours / 24, "d", hours % 24, "h")
  }

  private static func pair(_ high: Int64, _ unit: String, _ low: Int64, _ smaller: String) -> String
  {
    low == 0 ? "\(high) \(unit)" : "\(high) \(unit) \(low) \(smaller)"
  }
}
