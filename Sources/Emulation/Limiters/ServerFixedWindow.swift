import Limits
import Timekeeping

/// A counter that starts anew with each window (limits-science.md, 2.4).
public struct ServerFixedWindow: UpstreamLimiter {
  /// Where windows begin.
  public enum Alignment: Hashable, Sendable {
    /// At the multiples of the window's length since the origin of the instants.
    case clock
    /// At the first arrival after the window before has ended (INCR and EXPIRE).
    case firstHit
  }

  private let alignment: Alignment
  private let window: Int64
  private var allow: Int
  private var begin: Int64?
  private var used = 0
  private var latest = Int64.min

  /// A window with nothing counted that allows `rate.allow` in `rate.per`.
  public init(rate: Rate, alignment: Alignment) {
    self.alignment = alignment
    allow = rate.allow
    window = rate.per.wholeNanoseconds
  }

  /// Counts one arrival.
  ///
  /// Whether a refused one counts makes no difference: the window is full until it ends.
  public mutating func arrive(at now: Instant, taking _: Duration) -> Verdict {
    enterWindow(at: now)
    let isAccepted = used < allow
    if isAccepted { used += 1 }
    return verdict(isAccepted)
  }

  /// Counts as many of `count` units as are left; the verdict accepts when that was any.
  ///
  /// - Returns: the units counted, 0 when none is left, and the verdict.
  public mutating func spend(upTo count: Int, at now: Instant) -> (spent: Int, verdict: Verdict) {
    enterWindow(at: now)
    let isAccepted = used < allow
    let spent = max(0, min(count, allow - used))
    used += spent
    return (spent, verdict(isAccepted))
  }

  /// Allows `count` in a window from now on.
  public mutating func resize(to count: Int) { allow = max(1, count) }

  /// Whether the window has ended or nothing is counted.
  public func isIdle(at now: Instant) -> Bool {
    guard used > 0, let begin else { return true }
    return max(latest, now.nanoseconds) - begin >= window
  }

  private mutating func enterWindow(at now: Instant) {
    latest = max(latest, now.nanoseconds)
    if let begin, latest - begin < window { return }
    used = 0
    switch alignment {
    case .firstHit: begin = latest
    case .clock:
      let rest = latest % window
      begin = latest - (rest < 0 ? rest + window : rest)
    }
  }

  private func verdict(_ isAccepted: Bool) -> Verdict {
    let left = Duration.nanoseconds(window - (latest - (begin ?? latest)))
    return Verdict(
      isAccepted: isAccepted, remaining: max(0, allow - used),
      retryAfter: used < allow ? .zero : left, untilClear: used == 0 ? .zero : left)
  }
}
