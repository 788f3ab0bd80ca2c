import Timekeeping

/// A token bucket in the form of GCRA: one "theoretical arrival time" instead of a level.
///
/// Follows rule T4 of limits-science.md 3.3: it refills only up to the burst minus what is in
/// flight, so that no delay on the way can make the provider see more than its own bucket holds.
/// With a stated spread of the way a second level, kept below the burst by what refills within the
/// spread, follows rule T5; both are lower bounds of the provider's, so either allows (T6).
public struct TokenBucket: LimitAlgorithm {
  /// Nanoseconds one token takes, rounded up and slowed by 250 ppm against clock drift.
  private(set) var interval: Int64
  /// The interval of the bucket as it was stated, with `stated` tokens.
  private let statedInterval: Int64
  private var tat: Int64
  private var spreadTat: Int64
  private let stated: Int32
  /// Tokens a full bucket holds; see `capacity(rate:burst:)`.
  private(set) var burst: Int32
  private(set) var inFlight: Int32 = 0
  /// Tokens to keep back for the spread; `.max` when no spread is stated.
  private let reserve: Int32

  /// A full bucket.
  init(rate: Rate, burst: Int, spread: Duration?, at now: Instant) {
    interval = TokenBucket.interval(of: rate)
    statedInterval = interval
    self.burst = Int32(TokenBucket.capacity(rate: rate, burst: burst))
    stated = self.burst
    tat = now.nanoseconds
    spreadTat = tat
    if let spread {
      // One millisecond for the tick of the provider's clock.
      let span = max(0, spread.wholeNanoseconds).clampedAdding(1_000_000)
      reserve = Int32(clamping: (span - 1) / max(1, interval - interval / 2000) + 1)
    } else {
      reserve = .max
    }
  }

  /// The tokens a bucket of `burst` can hold: no more than refill in 73 years.
  ///
  /// Beyond that instants would saturate, and a limit that saturates limits nothing.
  static func capacity(rate: Rate, burst: Int) -> Int {
    max(1, min(burst, Int(Int64.max / 4 / interval(of: rate)), Int(Int32.mostUnits)))
  }

  private static func interval(of rate: Rate) -> Int64 {
    let span = rate.per.wholeNanoseconds
    let exact = span / Int64(rate.allow) + (span % Int64(rate.allow) == 0 ? 0 : 1)
    return exact.slowed
  }

  var capacity: Int { Int(burst) }

  /// Whether it has `cost` tokens besides what is in flight.
  func isReady(for cost: Int, at now: Instant) -> Bool {
    cost <= capacity && ready(cost, floored(now), burst) <= now
  }

  mutating func availability(cost: Int, at now: Instant) -> Availability {
    if cost > capacity { return .never }
    if isReady(for: cost, at: now) { return .now }
    let steady = spreadReady(cost, at: now)
    if let steady, steady <= now { return .now }
    // Refill above what is in flight does not count, so time alone does not help.
    guard Int(inFlight) + cost <= capacity else {
      return steady.map { .at($0) } ?? .afterResponse
    }
    let capped = ready(cost, tat, burst)
    return .at(min(capped, steady ?? capped))
  }

  mutating func take(cost: Int, at now: Instant) {
    tat = floored(now).clampedAdding(span(cost))
    spreadTat = max(spreadTat, now.nanoseconds).clampedAdding(span(cost))
    inFlight = inFlight.adding(units: cost)
  }

  mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    guard settlement.isArrival() else { return }
    // The floor comes before the decrement: refill above the cap never happened.
    tat = floored(now)
    inFlight = inFlight.adding(units: -cost)
  }

  mutating func refund(cost: Int, taken: Instant, at now: Instant) {
    tat = floored(now).clampedSubtracting(span(cost))
    spreadTat = max(spreadTat, now.nanoseconds).clampedSubtracting(span(cost))
    inFlight = inFlight.adding(units: -cost)
  }

  func left(at now: Instant) -> Int { max(0, room(at: now) ?? 0) }

  /// A bucket that holds less than what refills in a round trip turns over once in each.
  func instant(
    whenRoomFor cost: Int, from start: Instant, roundTrip: Int64, at now: Instant
  ) -> Instant {
    let level = max(tat, start.nanoseconds)
    let ready = level.clampedAdding(span(cost)).clampedSubtracting(span(capacity))
    var latest = max(start, Instant(nanoseconds: ready))
    let missing = cost - max(0, room(at: start) ?? 0)
    if reserve == .max, missing > 0 {
      let turn = roundTrip.clampedAdding(interval) / Int64(capacity)
      let ahead = turn.clampedMultiplied(by: Int64(missing - 1))
      let first = ready.clampedSubtracting(span(missing - 1))
      latest = max(latest, max(start, Instant(nanoseconds: first)).advanced(byNanoseconds: ahead))
    }
    return latest
  }

  func isFull(at now: Instant) -> Bool {
    inFlight <= 0 && max(tat, reserve == .max ? .min : spreadTat) <= now.nanoseconds
  }

  private func span(_ count: Int) -> Int64 { interval.clampedMultiplied(by: Int64(count)) }

  private func floored(_ now: Instant) -> Int64 {
    max(tat, now.nanoseconds.clampedAdding(span(max(0, Int(inFlight)))))
  }

  /// When a bucket of `burst` tokens whose theoretical arrival time is `tat` has `cost`.
  private func ready(_ cost: Int, _ tat: Int64, _ burst: Int32) -> Instant {
    let time = tat.clampedAdding(span(cost)).clampedSubtracting(span(Int(burst)))
    return Instant(nanoseconds: time)
  }

  /// The same for the level of rule T5; nil when it never has so many.
  private func spreadReady(_ cost: Int, at now: Instant) -> Instant? {
    guard reserve != .max, burst - reserve >= cost else { return nil }
    return ready(cost, max(spreadTat, now.nanoseconds), burst - reserve)
  }
}

extension TokenBucket {
  mutating func adjust(by units: Int, at now: Instant) {
    let span = span(Int(Int32(units: units)))
    tat = max(floored(now).clampedSubtracting(span), now.nanoseconds)
    spreadTat = max(spreadTat, now.nanoseconds).clampedSubtracting(span)
  }

  /// Shrinks rate and burst together, and grows both back; above what was stated only the burst.
  mutating func resize(to allow: Int, at now: Instant) {
    let before = room(at: now) ?? 0
    burst = max(1, Int32(units: min(allow, Int(Int64.max / 8 / statedInterval))))
    interval = statedInterval
    if burst < stated {
      interval = statedInterval / Int64(burst) * Int64(stated)
      interval = interval.clampedAdding(
        statedInterval % Int64(burst) * Int64(stated) / Int64(burst))
    }
    // What is new fills up in its own time.
    let room = min(before, capacity - Int(max(0, inFlight)))
    tat = now.nanoseconds.clampedAdding(span(capacity - room))
    spreadTat = max(spreadTat, tat)
  }

  mutating func usedShare(at now: Instant) -> Double {
    let ahead = floored(now).clampedSubtracting(now.nanoseconds)
    return min(1, max(0, Double(ahead) / Double(max(1, span(capacity)))))
  }

  func room(at now: Instant) -> Int? {
    let capped = tokens(floored(now), burst, at: now)
    if reserve == .max || reserve >= burst { return capped }
    return max(capped, tokens(max(spreadTat, now.nanoseconds), burst - reserve, at: now))
  }

  private func tokens(_ tat: Int64, _ burst: Int32, at now: Instant) -> Int {
    let free = span(Int(burst)).clampedAdding(now.nanoseconds.clampedSubtracting(tat))
    let quotient = free / interval
    return Int(free % interval < 0 ? quotient - 1 : quotient)
  }

  mutating func raise(by units: Int, at now: Instant) {
    let wanted = min(capacity, (room(at: now) ?? 0) + units)
    tat = now.nanoseconds.clampedAdding(span(capacity - wanted))
  }

  mutating func lower(by units: Int, until end: Instant?, at now: Instant) {
    tat = floored(now).clampedAdding(span(units))
    spreadTat = max(spreadTat, now.nanoseconds).clampedAdding(span(units))
  }

  var observedSpan: Int64 { span(capacity) }

  /// How many tokens are missing when it will be full in `span` nanoseconds.
  func missing(whenFullIn span: Int64) -> Int {
    span <= 0 ? 0 : Int((span - 1) / max(1, interval - interval / 2000 - 1) + 1)
  }

  /// How many tokens have come since `past` at the most.
  func refill(since past: Instant, at now: Instant) -> Int {
    let exact = max(1, interval - interval / 2000 - 1)
    let time = max(0, now.nanoseconds(since: past))
    return Int((time - 1) / exact + 1)
  }
}
