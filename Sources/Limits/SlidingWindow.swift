import DequeModule
import Timekeeping

/// A sliding window that holds each slot until the response plus the window.
///
/// Rule T1 of limits-science.md 3.2: whatever the delays, the provider never counts more than
/// `allow` arrivals in any span of the window. Responses come in time order, so the releases are
/// a first-in first-out ring.
public struct SlidingWindow: Sendable {
  private struct Slot: Sendable {
    var release: Int64
    /// Units of this slot and of all before it, since the ring was last empty.
    var end: Int
  }

  let allow: Int
  let window: Int64
  let slack: Int64
  private let quantum: Int64
  private(set) var inFlight = 0
  private var ring = Deque<Slot>()
  private var released = 0

  /// An empty window.
  public init(rate: Rate) {
    allow = rate.allow
    window = rate.per.wholeNanoseconds
    slack = SlidingWindow.slack(of: window)
    quantum = rate.allow > 4096 ? max(1, window / 1024) : 1
  }

  /// 30 ms for windows of 10 s and more, 3 ms up to 1 s, linear between: drift, the provider's
  /// clock step and the skew between its nodes.
  static func slack(of window: Int64) -> Int64 {
    let floor: Int64 = 3_000_000
    if window >= 10_000_000_000 { return 30_000_000 }
    if window <= 1_000_000_000 { return floor }
    return floor + (window - 1_000_000_000) / 1000 * 3
  }

  /// Whether the arrival horizon settles it: not below 10 s, where it would be most of the window.
  var usesHorizon: Bool { window >= 10_000_000_000 }

  /// When the window has room for `cost`.
  public mutating func availability(cost: Int, at now: Instant) -> Availability {
    if cost > allow { return .never }
    forget(until: now)
    let missing = inFlight + released + cost - allow
    if missing <= 0 { return .now }
    return release(of: missing).map { .at($0) } ?? .afterResponse
  }

  /// Occupies `cost` slots.
  public mutating func take(cost: Int, at now: Instant) { inFlight += cost }

  /// Starts the window of slots whose request has arrived by now.
  public mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    switch settlement {
    case .horizon: if !usesHorizon { return }
    case .response(let late): if late && usesHorizon { return }
    case .finished: return
    }
    inFlight -= cost
    var release = now.nanoseconds.clampedAdding(window).clampedAdding(slack)
    if quantum > 1 { release = (release / quantum + 1).clampedMultiplied(by: quantum) }
    released += cost
    var end = cost
    if let last = ring.last {
      release = max(release, last.release)
      end += last.end
      if quantum > 1, last.release == release {
        ring[ring.count - 1].end = end
        return
      }
    }
    ring.append(Slot(release: release, end: end))
  }

  /// The request was provably never sent.
  public mutating func refund(cost: Int, at now: Instant) { inFlight -= cost }

  /// Units that can be taken now.
  public mutating func left(at now: Instant) -> Int {
    forget(until: now)
    return max(0, allow - inFlight - released)
  }

  /// The earliest instant for `cost` more units, were answers immediate.
  ///
  /// Beyond one window's allowance each further allowance costs a whole window.
  public mutating func instant(whenRoomFor cost: Int, at now: Instant) -> Instant {
    let missing = cost - left(at: now)
    if missing <= 0 { return now }
    let (rounds, rest) = (missing - 1).quotientAndRemainder(dividingBy: allow)
    // Slots in flight are released last.
    let release = release(of: rest + 1) ?? now.advanced(byNanoseconds: window + slack)
    return release.advanced(byNanoseconds: Int64(rounds).clampedMultiplied(by: window + slack))
  }

  /// Whether it holds no memory of any request.
  public mutating func isFull(at now: Instant) -> Bool {
    forget(until: now)
    return inFlight == 0 && ring.isEmpty
  }

  /// When so many units of the ring are released, at least 1; nil when it holds fewer.
  private func release(of units: Int) -> Instant? {
    guard units <= released, let last = ring.last else { return nil }
    let wanted = last.end - released + units
    var (low, high) = (0, ring.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if ring[middle].end < wanted { low = middle + 1 } else { high = middle }
    }
    return Instant(nanoseconds: ring[low].release)
  }

  private mutating func forget(until now: Instant) {
    guard let last = ring.last else { return }
    while let first = ring.first, first.release <= now.nanoseconds {
      released = last.end - first.end
      ring.removeFirst()
    }
  }
}
