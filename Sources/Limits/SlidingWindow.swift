import Timekeeping

/// A sliding window that holds each slot until the response plus the window.
///
/// Rule T1 of limits-science.md 3.2: whatever the delays, the provider never counts more than
/// `allow` arrivals in any span of the window. Windows below 10 s end earlier by the round trip's
/// floor (rule T2). It may be paced as well.
public struct SlidingWindow: LimitAlgorithm {
  /// How far apart requests are sent.
  enum Spacing: UInt8, Sendable {
    /// Not at all.
    case none
    /// The allowance evenly over the window.
    case even
    /// Nine tenths of that (3.4, "Unknown").
    case near
    /// Two units fewer than the allowance over the window: what two counters bear (3.4).
    case apart
  }

  private var ring: ReleaseRing
  private(set) var spacing: Spacing
  /// How often the slack was raised, by 25 ms each.
  private var raises: UInt8 = 0
  /// Whether the latest settled request is in the newest slot.
  private var isNewestKnown = false
  private(set) var allow: Int32
  private(set) var inFlight: Int32 = 0
  private let window: Int64
  private var next = Int64.min

  /// An empty window.
  init(rate: Rate, spacing: Spacing = .none) {
    allow = Int32(units: rate.allow)
    window = rate.per.wholeNanoseconds
    self.spacing = spacing
    ring = ReleaseRing(
      longest: window.clampedAdding(SlidingWindow.slack(of: window)).clampedAdding(
        SlidingWindow.mostSlack))
  }

  /// 30 ms for windows of 10 s and more, 3 ms up to 1 s, linear between, and at least 250 ppm: the
  /// provider's clock step, the skew between its nodes, and drift of both clocks.
  static func slack(of window: Int64) -> Int64 {
    let floor: Int64 = 3_000_000
    if window >= 10_000_000_000 { return max(30_000_000, window / 4_000) }
    if window <= 1_000_000_000 { return floor }
    return floor + (window - 1_000_000_000) / 1000 * 3
  }

  static let mostSlack: Int64 = 2_000_000_000
  static let raise: Int64 = 25_000_000
  static let mostRaises: UInt8 = 40

  /// Whether the arrival horizon settles it: not below 10 s, where it would be most of the window.
  static func usesHorizon(_ window: Int64) -> Bool { window >= 10_000_000_000 }

  var capacity: Int { Int(allow) }

  private var hold: Int64 {
    let slack = SlidingWindow.slack(of: window) + Int64(raises) * SlidingWindow.raise
    return window.clampedAdding(slack)
  }

  private var quantum: Int64 { allow > 4096 ? max(1, window / 1024) : 1 }

  private var held: Int { Int(inFlight) + ring.units }

  func hasRoomAlready(for cost: Int, at now: Instant) -> Bool {
    held + cost <= capacity && next <= now.nanoseconds
  }

  mutating func availability(cost: Int, at now: Instant) -> Availability {
    if cost > capacity { return .never }
    ring.forget(until: now)
    let missing = held + cost - capacity
    if missing <= 0 { return next <= now.nanoseconds ? .now : .at(Instant(nanoseconds: next)) }
    guard let release = ring.release(of: missing) else { return .afterResponse }
    return .at(max(release, Instant(nanoseconds: next)))
  }

  mutating func take(cost: Int, at now: Instant) {
    inFlight = inFlight.adding(units: cost)
    guard spacing != .none else { return }
    next = max(next, now.nanoseconds).clampedAdding(interval.clampedMultiplied(by: Int64(cost)))
  }

  mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    if case .response(late: true, _) = settlement { isNewestKnown = false }
    let arrives = settlement.isArrival(usesHorizon: SlidingWindow.usesHorizon(window))
    guard arrives else { return }
    inFlight = inFlight.adding(units: -cost)
    let credit = SlidingWindow.usesHorizon(window) ? 0 : min(settlement.credit, window)
    append(cost, release: now.nanoseconds.clampedAdding(hold - credit), at: now)
    isNewestKnown = true
  }

  mutating func refund(cost: Int, taken: Instant, at now: Instant) {
    inFlight = inFlight.adding(units: -cost)
    let mark = interval.clampedMultiplied(by: Int64(cost))
    if spacing != .none, next == taken.nanoseconds.clampedAdding(mark) { next = taken.nanoseconds }
  }

  mutating func left(at now: Instant) -> Int {
    next <= now.nanoseconds ? max(0, room(at: now) ?? 0) : 0
  }

  /// Beyond one window's allowance each further allowance costs a window and a round trip.
  mutating func instant(
    whenRoomFor cost: Int, from start: Instant, roundTrip: Int64, at now: Instant
  ) -> Instant {
    let ahead = interval.clampedMultiplied(by: Int64(max(0, cost - 1)))
    let paced = max(next, start.nanoseconds).clampedAdding(ahead)
    let missing = cost - max(0, room(at: now) ?? 0)
    if missing <= 0 { return Instant(nanoseconds: paced) }
    let (rounds, rest) = (missing - 1).quotientAndRemainder(dividingBy: max(1, capacity))
    // Slots in flight are released last.
    let release = ring.release(of: rest + 1) ?? now.advanced(byNanoseconds: hold)
    let turn = hold.clampedAdding(roundTrip)
    let far = max(start, release).advanced(
      byNanoseconds: Int64(rounds).clampedMultiplied(by: turn))
    return max(far, Instant(nanoseconds: paced))
  }

  mutating func isFull(at now: Instant) -> Bool {
    ring.forget(until: now)
    return inFlight <= 0 && ring.isEmpty && next <= now.nanoseconds
  }

  /// Nanoseconds between two units sent.
  private var interval: Int64 {
    let exact = (window - 1) / Int64(max(1, allow)) + 1
    switch spacing {
    case .none: return 0
    case .even: return exact
    case .near: return exact - exact / 10
    case .apart:
      let spread = max(window / 200, min(150_000_000, window / 8))
      return TwoCounterWindow.interval(allow: Int(allow), window: window, spread: spread)
    }
  }

  private mutating func append(_ units: Int, release: Int64, at now: Instant) {
    ring.forget(until: now)
    ring.append(
      units, release: release, quantum: quantum, most: min(Int(allow), 4096))
  }
}

extension SlidingWindow {
  mutating func adjust(by units: Int, at now: Instant) {
    if units < 0 {
      let more = Int(Int32(units: units).magnitude)
      append(more, release: now.nanoseconds.clampedAdding(hold), at: now)
    } else if isNewestKnown {
      ring.removeNewest(units)
    } else {
      // Its slot is one of the older ones: freeing the oldest is never too early.
      ring.removeOldest(units)
    }
  }

  mutating func resize(to allow: Int, at now: Instant) {
    let before = self.allow
    self.allow = max(1, Int32(units: allow))
    let grown = Int(self.allow) - Int(before)
    ring.forget(until: now)
    guard grown > 0, held > 0 else { return }
    // What is new comes with the next release.
    if ring.isEmpty {
      ring.append(grown, release: now.nanoseconds.clampedAdding(hold), most: 1)
    } else {
      ring.addToOldest(grown)
    }
  }

  mutating func usedShare(at now: Instant) -> Double {
    min(1, max(0, 1 - Double(room(at: now) ?? 0) / Double(max(1, allow))))
  }

  mutating func remainingPeriod(at now: Instant) -> (left: Int64, of: Int64)? { (window, window) }

  mutating func room(at now: Instant) -> Int? {
    ring.forget(until: now)
    return capacity - held
  }

  mutating func raise(by units: Int, at now: Instant) { ring.removeOldest(units) }

  mutating func lower(by units: Int, until end: Instant?, at now: Instant) {
    let latest = now.advanced(byNanoseconds: hold)
    append(units, release: min(latest, max(now, end ?? latest)).nanoseconds, at: now)
  }

  var observedSpan: Int64 { window }

  mutating func struck(room: Bool, at now: Instant) -> Bool {
    guard room, spacing == .near else { return false }
    spacing = .apart
    return true
  }

  mutating func widen() -> Bool {
    guard raises < SlidingWindow.mostRaises else { return false }
    raises += 1
    return true
  }
}
