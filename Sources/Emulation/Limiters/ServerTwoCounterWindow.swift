import Limits
import Timekeeping

/// The approximate sliding window of most gateways: two counters of aligned windows, the older one
/// weighted by the part of it that a sliding window would still cover (limits-science.md, 2.3).
public struct ServerTwoCounterWindow: UpstreamLimiter {
  /// Whether a refused arrival is counted like an accepted one.
  public let rejectsCount: Bool
  private let allow: Int128
  private let window: Int128
  private var begin: Int128 = 0
  private var current: Int128 = 0
  private var previous: Int128 = 0
  private var latest = Int64.min

  /// Counters at zero that allow an estimate of `rate.allow` in `rate.per`.
  public init(rate: Rate, rejectsCount: Bool = false) {
    self.rejectsCount = rejectsCount
    allow = Int128(rate.allow)
    window = Int128(rate.per.wholeNanoseconds)
  }

  /// Counts one arrival: accepted when the estimate is at most the allowance with it.
  public mutating func arrive(at now: Instant, taking _: Duration) -> Verdict {
    latest = max(latest, now.nanoseconds)
    (begin, current, previous) = counters(at: Int128(latest))
    let isAccepted = estimate + window <= allow * window
    // Beyond a whole window's allowance more refusals change nothing that could be waited for.
    if isAccepted || rejectsCount { current = min(current + 1, allow * 1024) }
    return Verdict(
      isAccepted: isAccepted, remaining: Int(clamping: max(0, allow * window - estimate) / window),
      retryAfter: .nanoseconds(Int64(clamping: untilRoom)),
      untilClear: .nanoseconds(Int64(clamping: untilClear)))
  }

  /// Whether both counters are zero.
  public func isIdle(at now: Instant) -> Bool {
    guard latest > .min else { return true }
    let (_, current, previous) = counters(at: Int128(max(latest, now.nanoseconds)))
    return current == 0 && previous == 0
  }

  private func counters(at now: Int128) -> (begin: Int128, current: Int128, previous: Int128) {
    let rest = now % window
    let aligned = now - (rest < 0 ? rest + window : rest)
    switch aligned - begin {
    case 0: return (begin, current, previous)
    case window: return (aligned, 0, current)
    default: return (aligned, 0, 0)
    }
  }

  private var elapsed: Int128 { Int128(latest) - begin }

  /// The estimate in units of 1 / window, so that nothing is rounded.
  private var estimate: Int128 { previous * (window - elapsed) + current * window }

  private var untilRoom: Int128 {
    let room = allow - 1 - current
    if room >= 0 { return max(0, fading(of: previous, to: room) - elapsed) }
    return window - elapsed + fading(of: current, to: allow - 1)
  }

  /// How far into the next window `count` weighs at most `room`.
  private func fading(of count: Int128, to room: Int128) -> Int128 {
    count <= room ? 0 : window - room * window / count
  }

  private var untilClear: Int128 {
    if current > 0 { return 2 * window - elapsed }
    return previous > 0 ? window - elapsed : 0
  }
}
