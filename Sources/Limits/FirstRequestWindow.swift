import Timekeeping

/// A fixed window that the provider starts with the first request it counts.
///
/// It is over when the first response plus window and slack is over (limits-science.md 3.4). What
/// may arrive after the provider's own window has ended, because it is in flight then or was
/// answered in the last moments, is charged to the next window as well.
public struct FirstRequestWindow: LimitAlgorithm {
  private let window: Int64
  /// The provider's window started no earlier.
  private var earliest = Int64.min
  /// When the provider's window is surely over; `.max` until a response proves its start.
  private var end = Int64.max
  private(set) var allow: Int32
  private var used: Int32 = 0
  private(set) var inFlight: Int32 = 0
  /// Units answered when the provider's next window may have started.
  private var straddling: Int32 = 0
  /// Units whose responses may belong to the window before: only one more proves a start.
  private var unproven: Int32 = 0
  private var raises: UInt8 = 0
  /// Whether `end` holds only while nothing more is sent.
  private var isEndIdle = false

  init(rate: Rate) {
    allow = Int32(units: rate.allow)
    window = rate.per.wholeNanoseconds
  }

  var capacity: Int { Int(allow) }

  private var hold: Int64 {
    let slack = SlidingWindow.slack(of: window) + Int64(raises) * SlidingWindow.raise
    return window.clampedAdding(slack)
  }

  mutating func availability(cost: Int, at now: Instant) -> Availability {
    if cost > capacity { return .never }
    roll(to: now)
    if Int(used) + cost <= capacity { return .now }
    return end == .max ? .afterResponse : .at(Instant(nanoseconds: end))
  }

  mutating func take(cost: Int, at now: Instant) {
    roll(to: now)
    if used == 0 { earliest = now.nanoseconds }
    if isEndIdle {
      // A new window may start with this one.
      isEndIdle = false
      end = .max
      unproven = 0
    }
    used = used.adding(units: cost)
    inFlight = inFlight.adding(units: cost)
  }

  mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    guard settlement.isArrival(usesHorizon: SlidingWindow.usesHorizon(window)) else { return }
    roll(to: now)
    inFlight = inFlight.adding(units: -cost)
    if now.nanoseconds >= earliest.clampedAdding(window) {
      straddling = straddling.adding(units: cost)
    }
    if end == .max {
      unproven = unproven.adding(units: -cost)
      if unproven < 0 { end = now.nanoseconds.clampedAdding(hold) }
    }
    rest(at: now)
  }

  mutating func refund(cost: Int, taken: Instant, at now: Instant) {
    roll(to: now)
    inFlight = inFlight.adding(units: -cost)
    used = max(0, used.adding(units: -cost))
    // It may have been one of those that were to come before a proof.
    if end == .max { unproven = max(0, unproven) }
    rest(at: now)
  }

  mutating func left(at now: Instant) -> Int { max(0, room(at: now) ?? 0) }

  mutating func instant(
    whenRoomFor cost: Int, from start: Instant, roundTrip: Int64, at now: Instant
  ) -> Instant {
    let missing = cost - left(at: now)
    if missing <= 0 { return start }
    let first = end == .max ? now.advanced(byNanoseconds: hold) : Instant(nanoseconds: end)
    let rounds = Int64((missing - 1) / max(1, capacity))
    let turn = hold.clampedAdding(roundTrip)
    return max(start, first).advanced(byNanoseconds: rounds.clampedMultiplied(by: turn))
  }

  mutating func isFull(at now: Instant) -> Bool {
    roll(to: now)
    return used <= 0 && inFlight <= 0
  }

  private mutating func roll(to now: Instant) {
    guard now.nanoseconds >= end else { return }
    used = max(0, inFlight.adding(units: Int(straddling)))
    straddling = 0
    unproven = max(0, inFlight)
    // The next window may have started as soon as this one could be over.
    earliest = earliest.clampedAdding(window)
    end = .max
    isEndIdle = false
    rest(at: now)
  }

  /// With nothing in flight, what is charged arrived by now: no window with it outlasts the hold.
  private mutating func rest(at now: Instant) {
    guard end == .max, inFlight <= 0, used > 0 else { return }
    end = now.nanoseconds.clampedAdding(hold)
    isEndIdle = true
  }
}

extension FirstRequestWindow {
  mutating func adjust(by units: Int, at now: Instant) {
    roll(to: now)
    used = max(min(used, max(0, inFlight)), used.adding(units: -Int(Int32(units: units))))
  }

  mutating func resize(to allow: Int, at now: Instant) {
    roll(to: now)
    let before = self.allow
    self.allow = max(1, Int32(units: allow))
    // What is new comes with the next window.
    if self.allow > before, used > 0 { used = used.adding(units: Int(self.allow) - Int(before)) }
  }

  mutating func remainingPeriod(at now: Instant) -> (left: Int64, of: Int64)? {
    roll(to: now)
    return (end == .max ? window : min(window, end.clampedSubtracting(now.nanoseconds)), window)
  }

  mutating func room(at now: Instant) -> Int? {
    roll(to: now)
    return capacity - Int(used)
  }

  mutating func raise(by units: Int, at now: Instant) {
    used = max(max(0, inFlight), used.adding(units: -units))
  }

  mutating func lower(by units: Int, until end: Instant?, at now: Instant) {
    used = used.adding(units: units)
    rest(at: now)
  }

  var observedSpan: Int64 { window }

  mutating func widen() -> Bool {
    guard raises < SlidingWindow.mostRaises else { return false }
    raises += 1
    return true
  }
}
