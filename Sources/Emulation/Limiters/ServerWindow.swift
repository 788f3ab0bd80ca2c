import Limits
import Timekeeping

/// An exact sliding window: at most N arrivals in every span `(t - W, t]` (limits-science.md, 2.2).
///
/// The log holds no more than the N latest arrivals, since older ones cannot change an answer,
/// unless it is told to count more.
public struct ServerWindow: UpstreamLimiter {
  /// Whether a refused arrival is counted like an accepted one.
  public let rejectsCount: Bool
  private var allow: Int
  private let window: Int64
  /// The latest counted arrivals, in order, in a ring that grows with them.
  private var ring: [Int64] = []
  private var oldest = 0
  private var count = 0
  private var latest = Int64.min

  /// An empty window that allows `rate.allow` in every `rate.per`.
  public init(rate: Rate, rejectsCount: Bool = false) {
    self.rejectsCount = rejectsCount
    allow = rate.allow
    window = rate.per.wholeNanoseconds
  }

  /// Counts one arrival.
  public mutating func arrive(at now: Instant, taking _: Duration) -> Verdict {
    dropWhatHasLeft(at: now)
    let isAccepted = count < allow
    if isAccepted {
      append(latest)
    } else if rejectsCount {
      dropOldest()
      append(latest)
    }
    return verdict(isAccepted)
  }

  /// Counts an arrival that is accepted whether there is room or not.
  public mutating func count(at now: Instant) -> Verdict {
    dropWhatHasLeft(at: now)
    append(latest)
    return verdict(true)
  }

  /// Allows `count` in every window from now on; what is counted stays counted.
  public mutating func resize(to count: Int) { allow = max(1, count) }

  /// Whether nothing is counted any more.
  public func isIdle(at now: Instant) -> Bool {
    guard count > 0 else { return true }
    let newest = ring[(oldest + count - 1) % ring.count]
    return max(latest, now.nanoseconds) - newest >= window
  }

  private func verdict(_ isAccepted: Bool) -> Verdict {
    Verdict(
      isAccepted: isAccepted, remaining: max(0, allow - count),
      retryAfter: count < allow ? .zero : untilLeft(ring[(oldest + count - allow) % ring.count]),
      untilClear: count == 0 ? .zero : untilLeft(ring[(oldest + count - 1) % ring.count]))
  }

  private mutating func dropWhatHasLeft(at now: Instant) {
    latest = max(latest, now.nanoseconds)
    while count > 0, hasLeft(ring[oldest]) { dropOldest() }
  }

  private func hasLeft(_ arrival: Int64) -> Bool { latest - arrival >= window }

  private func untilLeft(_ arrival: Int64) -> Duration {
    .nanoseconds(window - (latest - arrival))
  }

  private mutating func append(_ arrival: Int64) {
    if count == ring.count { grow() }
    ring[(oldest + count) % ring.count] = arrival
    count += 1
  }

  private mutating func dropOldest() {
    oldest = (oldest + 1) % ring.count
    count -= 1
  }

  private mutating func grow() {
    let kept = (0..<count).map { ring[(oldest + $0) % ring.count] }
    let size = max(count + 1, min(allow, max(8, count * 2)))
    ring = kept + Array(repeating: 0, count: size - count)
    oldest = 0
  }
}
