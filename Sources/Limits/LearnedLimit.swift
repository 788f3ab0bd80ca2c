import Timekeeping

/// A limit nobody states, found by its refusals: the remembered ceiling of limits-science.md 2.5.
///
/// The pace rises slowly until the first refusal; then it stays a little below what was accepted,
/// and only now and then tries 2 % more.
public struct LearnedLimit: LimitAlgorithm {
  private enum Phase: Sendable {
    case rising
    case staying
    case probing
  }

  static let firstWait: Int64 = 1_800_000_000_000
  static let leastWaitAfterFailure: Int64 = 3_600_000_000_000
  static let longestWait: Int64 = 86_400_000_000_000
  /// Time under load after which a pace is taken to hold.
  static let proof: Int64 = 60_000_000_000
  static let second: Int64 = 1_000_000_000
  /// A waiter that is woken takes its room within this time.
  static let wakeUp: Int64 = 2_000_000

  /// Units per nanosecond: at the start, now, and before the probe that runs.
  private let start: Double
  private(set) var pace: Double
  private var before: Double
  private var phase = Phase.rising
  private var next: Int64
  private var latestTake: Int64
  private var latestStrike = Int64.min
  /// Since when the phase lasts, and how long of it there was demand.
  private var since: Int64
  private var busy: Int64 = 0
  private var wait = LearnedLimit.firstWait
  private var answers: AnswerCount
  private(set) var inFlight: Int32 = 0

  init(start rate: Rate, at now: Instant) {
    start = Double(rate.allow) / Double(max(1, rate.per.wholeNanoseconds))
    pace = start
    before = start
    next = now.nanoseconds
    latestTake = next
    since = next
    answers = AnswerCount(at: now)
  }

  var capacity: Int { 1 }

  func availability(cost: Int, at now: Instant) -> Availability {
    if cost > 1 { return .never }
    return next <= now.nanoseconds ? .now : .at(Instant(nanoseconds: next))
  }

  mutating func take(cost: Int, at now: Instant) {
    inFlight = inFlight.adding(units: cost)
    // There is demand when the room was taken soon after it came.
    let idle = now.nanoseconds.clampedSubtracting(next)
    if idle <= max(interval / 8, LearnedLimit.wakeUp) {
      let span = min(max(0, now.nanoseconds.clampedSubtracting(latestTake)), 2 * interval)
      grow(span, at: now)
    }
    latestTake = now.nanoseconds
    next = max(next, now.nanoseconds).clampedAdding(interval.clampedMultiplied(by: Int64(cost)))
  }

  mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    guard settlement.isArrival() else { return }
    inFlight = inFlight.adding(units: -cost)
    answers.add(cost, at: now)
  }

  mutating func refund(cost: Int, taken: Instant, at now: Instant) {
    inFlight = inFlight.adding(units: -cost)
  }

  func left(at now: Instant) -> Int { next <= now.nanoseconds ? 1 : 0 }

  func instant(
    whenRoomFor cost: Int, from start: Instant, roundTrip: Int64, at now: Instant
  ) -> Instant {
    let ahead = interval.clampedMultiplied(by: Int64(max(0, cost - 1)))
    return Instant(nanoseconds: max(next, start.nanoseconds).clampedAdding(ahead))
  }

  /// What refusals have taught is worth keeping; while it rises a new one starts lower.
  func isFull(at now: Instant) -> Bool {
    phase == .rising && inFlight <= 0 && next <= now.nanoseconds
  }

  /// Follows a limit that the provider states after all.
  mutating func adopt(limit: Int, window: Int64, at now: Instant) {
    // A window longer than a day is nonsense, or a quota: no pace follows from it.
    guard limit > 0, window > 0, window <= LearnedLimit.longestWait else { return }
    let stated = 0.98 * Double(limit) / Double(window)
    guard abs(stated - pace) > pace / 50 || phase == .rising else { return }
    pace = stated
    stay(at: now)
  }

  mutating func struck(room: Bool, at now: Instant) -> Bool {
    answers.remove(at: now)
    // Answers to one burst are one strike.
    guard now.nanoseconds.clampedSubtracting(latestStrike) > LearnedLimit.second else {
      return true
    }
    latestStrike = now.nanoseconds
    let accepted = answers.rate(at: now)
    switch phase {
    case .probing:
      pace = before
      wait = min(LearnedLimit.longestWait, max(2 * wait, LearnedLimit.leastWaitAfterFailure))
    case .staying where busy >= LearnedLimit.proof && accepted < 0.7 * pace:
      // Far below what held so far: the provider protects itself, and the ceiling stands.
      return true
    case .staying, .rising:
      pace = 0.98 * min(pace, max(accepted, pace / 2))
    }
    stay(at: now)
    return true
  }

  /// Nanoseconds between two units.
  private var interval: Int64 {
    let span = (1 / max(pace, 1e-18)).rounded(.up)
    return span >= 4e18 ? 4_000_000_000_000_000_000 : Int64(span)
  }

  private mutating func stay(at now: Instant) {
    phase = .staying
    since = now.nanoseconds
    busy = 0
    next = max(next, now.nanoseconds.clampedAdding(interval))
  }

  /// Under load for another `span`.
  private mutating func grow(_ span: Int64, at now: Instant) {
    busy = busy.clampedAdding(span)
    switch phase {
    case .rising: pace += start * Double(span) / Double(100 * LearnedLimit.second)
    case .staying:
      let isDue = now.nanoseconds.clampedSubtracting(since) >= wait && busy >= LearnedLimit.proof
      guard isDue, answers.rate(at: now) >= 0.9 * pace else { return }
      before = pace
      pace *= 1.02
      phase = .probing
      since = now.nanoseconds
      busy = 0
    case .probing:
      guard busy >= LearnedLimit.proof else { return }
      wait = LearnedLimit.firstWait
      phase = .staying
      since = now.nanoseconds
      busy = 0
    }
  }
}
