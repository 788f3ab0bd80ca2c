import Timekeeping

/// At most so many units in each civil day of a zone, or in each window of known alignment.
///
/// A new period is believed only when the provider's clock must have reached it. What may fall in
/// either of two periods is charged to both: what is sent or answered around the boundary, and
/// what is in flight over it, however long (limits-science.md 3.4).
public struct PeriodQuota: LimitAlgorithm {
  /// A day is believed 1.5 s after midnight; what is answered within 2 s before it is charged to
  /// both days.
  static let daySettling: Int64 = 1_500_000_000
  static let dayGuard: Int64 = 2_000_000_000

  private let period: Period
  private let settling: Int64
  private let guardSpan: Int64
  /// Wall time minus monotonic time, with the windows' offset taken off.
  private var shift: Int64
  private let wallOffset: Int64
  private var start: WallTime
  private var end: WallTime
  /// With even pacing, when the next unit may go.
  private var next = Int64.min
  private let isEven: Bool
  private(set) var allow: Int32
  /// Charged to the period that is believed, what is in flight included.
  private var used: Int32 = 0
  private(set) var inFlight: Int32 = 0
  /// What grew in this period and comes with the next one, charged until then.
  private var withheld: Int32 = 0
  /// Of these, answered when the next period may have begun.
  private var straddling: Int32 = 0
  /// What was charged to the period before, and when that began, for a clock that steps back.
  private var usedBefore: Int32 = 0
  private var startBefore = WallTime(nanoseconds: .min)

  /// An unused quota of a civil day; `wall` is the civil time at `now`.
  init(allow: Int, zone: Zone, pace: Pace, wall: WallTime, at now: Instant) {
    self.init(
      allow: allow, period: .days(zone), offset: 0, settling: PeriodQuota.daySettling,
      guardSpan: PeriodQuota.dayGuard, pace: pace, wall: wall, at: now)
  }

  /// An unused window of known alignment, the provider's clock being at most `delta` off.
  init(
    rate: Rate, offset: Duration, delta: Duration, pace: Pace, wall: WallTime, at now: Instant
  ) {
    // One millisecond for the tick of the provider's clock.
    let doubt = max(0, delta.wholeNanoseconds).clampedAdding(1_000_000)
    self.init(
      allow: rate.allow, period: .every(rate.per.wholeNanoseconds),
      offset: offset.wholeNanoseconds, settling: doubt, guardSpan: doubt, pace: pace, wall: wall,
      at: now)
  }

  private init(
    allow: Int, period: Period, offset: Int64, settling: Int64, guardSpan: Int64, pace: Pace,
    wall: WallTime, at now: Instant
  ) {
    self.allow = Int32(units: allow)
    self.period = period
    self.settling = settling
    self.guardSpan = guardSpan
    isEven = pace == .even
    wallOffset = offset
    shift = wall.nanoseconds.clampedSubtracting(now.nanoseconds).clampedSubtracting(offset)
    let time = WallTime(
      nanoseconds: now.nanoseconds.clampedAdding(shift).clampedSubtracting(settling))
    start = period.start(containing: time)
    end = period.end(containing: time)
  }

  var capacity: Int { Int(allow) }

  mutating func availability(cost: Int, at now: Instant) -> Availability {
    if cost > capacity { return .never }
    roll(to: now)
    if Int(used) + cost > capacity { return .at(opening) }
    return next <= now.nanoseconds ? .now : .at(min(opening, Instant(nanoseconds: next)))
  }

  mutating func take(cost: Int, at now: Instant) {
    roll(to: now)
    used = used.adding(units: cost)
    inFlight = inFlight.adding(units: cost)
    guard isEven else { return }
    let rest = Int64(max(1, capacity - Int(used)))
    next = now.nanoseconds.clampedAdding(max(0, opening.nanoseconds(since: now)) / rest)
  }

  mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    guard settlement.isArrival(usesHorizon: usesHorizon) else { return }
    roll(to: now)
    inFlight = inFlight.adding(units: -cost)
    if wall(now) >= end.nanoseconds.clampedSubtracting(guardSpan) {
      straddling = straddling.adding(units: cost)
    }
  }

  mutating func refund(cost: Int, taken: Instant, at now: Instant) {
    roll(to: now)
    inFlight = inFlight.adding(units: -cost)
    used = max(0, used.adding(units: -cost))
    if isEven { next = min(next, now.nanoseconds) }
  }

  mutating func left(at now: Instant) -> Int {
    let room = max(0, room(at: now) ?? 0)
    return next <= now.nanoseconds ? room : 0
  }

  mutating func instant(
    whenRoomFor cost: Int, from start: Instant, roundTrip: Int64, at now: Instant
  ) -> Instant {
    let room = max(0, room(at: now) ?? 0)
    if cost <= room {
      let first = max(next, start.nanoseconds)
      let paced = paced(cost, of: room, in: max(0, opening.nanoseconds.clampedSubtracting(first)))
      return min(Instant(nanoseconds: first.clampedAdding(paced)), max(start, opening))
    }
    let (rounds, rest) = (cost - room - 1).quotientAndRemainder(dividingBy: max(1, capacity))
    let (last, length) = period(after: rounds)
    let paced = paced(rest + 1, of: capacity, in: length)
    return max(start, instant(of: last).advanced(byNanoseconds: paced))
  }

  /// The last period that begins before `cost` more units have gone, and how many of them go in
  /// it; nil while all go in this one.
  mutating func lastPeriod(of cost: Int, at now: Instant) -> (opening: Instant, units: Int)? {
    let missing = cost - max(0, room(at: now) ?? 0)
    guard missing > 0 else { return nil }
    let (rounds, rest) = (missing - 1).quotientAndRemainder(dividingBy: max(1, capacity))
    return (instant(of: period(after: rounds).start), rest + 1)
  }

  /// How long after the first of `count` units the last goes with even pacing.
  private func paced(_ count: Int, of all: Int, in span: Int64) -> Int64 {
    isEven ? (span / Int64(max(1, all))).clampedMultiplied(by: Int64(max(0, count - 1))) : 0
  }

  /// The start of the period that follows after the next `rounds`, and its length.
  private func period(after rounds: Int) -> (start: WallTime, length: Int64) {
    var last = end
    var rounds = rounds
    switch period {
    case .every(let length):
      last = WallTime(
        nanoseconds: last.nanoseconds.clampedAdding(Int64(rounds).clampedMultiplied(by: length)))
    case .days:
      // Beyond what a queue holds a day is taken to have 24 hours.
      let far = max(0, rounds - 400)
      rounds -= far
      for _ in 0..<rounds { last = period.end(containing: last) }
      last = last + .nanoseconds(Int64(far).clampedMultiplied(by: 86_400_000_000_000))
    }
    return (last, (period.end(containing: last) - last).wholeNanoseconds)
  }

  mutating func isFull(at now: Instant) -> Bool {
    roll(to: now)
    return used <= 0 && inFlight <= 0 && straddling <= 0 && next <= now.nanoseconds
  }

  private var usesHorizon: Bool {
    guard case .every(let length) = period else { return true }
    return SlidingWindow.usesHorizon(length)
  }

  private func wall(_ now: Instant) -> Int64 { now.nanoseconds.clampedAdding(shift) }

  /// When the next period is believed.
  private var opening: Instant { instant(of: end) }

  private func instant(of time: WallTime) -> Instant {
    Instant(nanoseconds: time.nanoseconds.clampedAdding(settling).clampedSubtracting(shift))
  }

  private mutating func roll(to now: Instant) {
    let believed = WallTime(nanoseconds: wall(now).clampedSubtracting(settling))
    guard believed >= end else { return }
    startBefore = start
    usedBefore = used
    start = period.start(containing: believed)
    let isNext = start == end
    used = max(0, inFlight.adding(units: isNext ? Int(straddling) : 0))
    straddling = 0
    withheld = 0
    next = min(next, now.nanoseconds)
    end = period.end(containing: believed)
  }

  /// A clock that steps back must not give a used period again: what was charged since may have
  /// fallen in either.
  mutating func setWallClock(_ wall: WallTime, at now: Instant) {
    roll(to: now)
    shift = wall.nanoseconds.clampedSubtracting(now.nanoseconds).clampedSubtracting(wallOffset)
    defer { if isEven { next = min(next, opening.nanoseconds) } }
    let believed = WallTime(nanoseconds: self.wall(now).clampedSubtracting(settling))
    guard believed < start else { return }
    let left = start
    start = period.start(containing: believed)
    end = period.end(containing: believed)
    straddling = end == left ? max(0, used.adding(units: -Int(inFlight))) : 0
    if start <= startBefore {
      used = used.adding(units: Int(usedBefore))
      usedBefore = 0
    }
  }
}

extension PeriodQuota {
  mutating func adjust(by units: Int, at now: Instant) {
    roll(to: now)
    let given = Int(Int32(units: units))
    used = max(min(used, max(0, inFlight)), used.adding(units: -given))
    straddling = max(0, min(straddling.adding(units: -given), used))
  }

  /// Grows at the next period, were it not for what answers say.
  mutating func resize(to allow: Int, at now: Instant) {
    roll(to: now)
    let before = self.allow
    self.allow = max(1, Int32(units: allow))
    var more = Int(self.allow) - Int(before)
    // What a limit that flickers did not give need not be taken back.
    if more < 0 { more = -min(-more, Int(withheld)) }
    guard more < 0 || used > 0 else { return }
    withheld = withheld.adding(units: more)
    used = used.adding(units: more)
  }

  mutating func usedShare(at now: Instant) -> Double {
    min(1, max(0, 1 - Double(room(at: now) ?? 0) / Double(max(1, allow))))
  }

  mutating func remainingPeriod(at now: Instant) -> (left: Int64, of: Int64)? {
    roll(to: now)
    let whole = (end - start).wholeNanoseconds
    return (max(0, min(whole, opening.nanoseconds(since: now))), whole)
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
  }

  var observedSpan: Int64 {
    if case .every(let length) = period { length } else { 86_400_000_000_000 }
  }
}
