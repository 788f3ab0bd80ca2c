import Timekeeping

/// Even pacing below a gateway's estimate from two counters.
///
/// The estimate is this window's count and a share of the one before, as if that had been uniform.
/// Arrivals that fit a bucket of one token refilled at `(N - 2) / (W + 2 J)` never exceed it, J
/// being the spread of the way (limits-science.md 3.4).
public struct TwoCounterWindow: LimitAlgorithm {
  private let window: Int64
  private let spread: Int64
  private var interval: Int64
  private var next: Int64
  private(set) var inFlight: Int32 = 0

  init(rate: Rate, spread: Duration, at now: Instant) {
    window = rate.per.wholeNanoseconds
    self.spread = spread.wholeNanoseconds
    interval = TwoCounterWindow.interval(allow: rate.allow, window: window, spread: self.spread)
    next = now.nanoseconds
  }

  /// Nanoseconds between two requests.
  ///
  /// Two units leave no room for the rule, but one per window holds: a window counts at most one.
  /// A single unit needs an empty window before it.
  static func interval(allow: Int, window: Int64, spread: Int64) -> Int64 {
    let span = window.clampedAdding(max(0, spread).clampedMultiplied(by: 2)).slowed
    if allow <= 1 { return span.clampedMultiplied(by: 2) }
    return (span - 1) / Int64(max(1, allow - 2)) + 1
  }

  var capacity: Int { 1 }

  func availability(cost: Int, at now: Instant) -> Availability {
    if cost > 1 { return .never }
    return next <= now.nanoseconds ? .now : .at(Instant(nanoseconds: next))
  }

  mutating func take(cost: Int, at now: Instant) {
    inFlight = inFlight.adding(units: cost)
    let span = interval.clampedMultiplied(by: Int64(cost))
    next = max(next, now.nanoseconds).clampedAdding(span)
  }

  mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    if settlement.isArrival() { inFlight = inFlight.adding(units: -cost) }
  }

  mutating func refund(cost: Int, taken: Instant, at now: Instant) {
    inFlight = inFlight.adding(units: -cost)
    let mark = taken.nanoseconds.clampedAdding(interval.clampedMultiplied(by: Int64(cost)))
    if next == mark { next = taken.nanoseconds }
  }

  func left(at now: Instant) -> Int { next <= now.nanoseconds ? 1 : 0 }

  func instant(
    whenRoomFor cost: Int, from start: Instant, roundTrip: Int64, at now: Instant
  ) -> Instant {
    let ahead = interval.clampedMultiplied(by: Int64(max(0, cost - 1)))
    return Instant(nanoseconds: max(next, start.nanoseconds).clampedAdding(ahead))
  }

  func isFull(at now: Instant) -> Bool { inFlight <= 0 && next <= now.nanoseconds }

  mutating func adjust(by units: Int, at now: Instant) {
    // Room given back is no reason to send sooner: the gateway has counted the request.
    guard units < 0 else { return }
    let span = interval.clampedMultiplied(by: Int64(Int32(units: units).magnitude))
    next = max(next, now.nanoseconds).clampedAdding(span)
  }

  mutating func resize(to allow: Int, at now: Instant) {
    interval = TwoCounterWindow.interval(allow: allow, window: window, spread: spread)
  }

  func remainingPeriod(at now: Instant) -> (left: Int64, of: Int64)? { (window, window) }
}
