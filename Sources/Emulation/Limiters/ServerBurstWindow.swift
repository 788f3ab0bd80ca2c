import Limits
import Timekeeping

/// A sliding window with an allowance to exceed it now and then (seeds/soku-rate-limits.txt).
///
/// What the window has no room for is taken from a bucket of `burst` that needs ten windows to fill
/// again: whoever exceeds the window all the time is throttled all the same.
public struct ServerBurstWindow: UpstreamLimiter {
  private static let windowsToRefill = 10

  private let rejectsCount: Bool
  private let span: Duration
  private var allow: Int
  private var burst: Int
  private var window: ServerWindow
  private var spare: ServerBucket?

  /// An empty window that allows `rate`, and `burst` beyond it; 0 is none.
  public init(rate: Rate, burst: Int, rejectsCount: Bool) {
    self.rejectsCount = rejectsCount
    span = rate.per
    allow = rate.allow
    self.burst = burst
    window = ServerWindow(rate: rate, rejectsCount: rejectsCount)
    spare = Self.bucket(burst, per: rate.per)
  }

  /// Counts one arrival; what remains of the burst is not told.
  public mutating func arrive(at now: Instant, taking span: Duration) -> Verdict {
    let verdict = window.arrive(at: now)
    guard !verdict.isAccepted, let extra = spare?.arrive(at: now) else { return verdict }
    guard extra.isAccepted else {
      return Verdict(
        isAccepted: false, remaining: 0, retryAfter: min(verdict.retryAfter, extra.retryAfter),
        untilClear: verdict.untilClear)
    }
    return rejectsCount ? verdict.accepted : window.count(at: now)
  }

  /// Allows `count` in a window and `burst` beyond it from now on; what is counted stays counted.
  public mutating func resize(to count: Int, burst: Int) {
    guard count != allow || burst != self.burst else { return }
    (allow, self.burst) = (count, burst)
    window.resize(to: count)
    spare = Self.bucket(burst, per: span)
  }

  /// Whether nothing is counted and the burst is whole.
  public func isIdle(at now: Instant) -> Bool {
    window.isIdle(at: now) && spare?.isIdle(at: now) ?? true
  }

  private static func bucket(_ burst: Int, per span: Duration) -> ServerBucket? {
    guard burst > 0 else { return nil }
    return ServerBucket(rate: Rate(allow: burst, per: span * windowsToRefill), burst: burst)
  }
}
