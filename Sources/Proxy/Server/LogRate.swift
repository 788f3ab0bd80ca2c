import Timekeeping

/// Bounds the lines that others can cause: at most ten a second, and the number of the rest.
struct LogRate {
  /// Most lines within `span`.
  private static let mostLines = 10
  private static let span: Duration = .seconds(1)

  private var since = Instant(nanoseconds: .min)
  private var lines = 0
  private var suppressed = 0

  /// Whether another line may be written; `tell` gets the number of those left out before.
  mutating func admits(at now: Instant, tell: (Int) -> Void) -> Bool {
    if now - since >= LogRate.span {
      if suppressed > 0 { tell(suppressed) }
      (since, lines, suppressed) = (now, 0, 0)
    }
    guard lines < LogRate.mostLines else {
      suppressed += 1
      return false
    }
    lines += 1
    return true
  }
}
