import Seeding
import Timekeeping

/// A least distance between two requests; every request counts once, whatever its cost.
///
/// From 1 s on the distance is counted from the response less the round trip's floor, one in flight
/// at a time, which no delay can break (limits-science.md 3.4). Below 1 s that would cost too much:
/// it is counted from the send, and the spread of the way is added.
public struct Spacing: LimitAlgorithm {
  let interval: Int64
  private var next: Int64
  private var previous: Int64
  /// Added where the distance is counted from the send.
  private let spread: Int64
  private var random: SplitMix64
  private(set) var inFlight: Int32 = 0
  private let jitter: UInt8

  /// Spacing that lets the first request go at once.
  init(every interval: Duration, jitter: Int, spread: Duration, seed: UInt64, at now: Instant) {
    self.interval = interval.wholeNanoseconds.slowed
    self.spread = max(0, spread.wholeNanoseconds)
    self.jitter = UInt8(max(0, min(jitter, 100)))
    random = SplitMix64(seed: seed)
    next = now.nanoseconds
    previous = next
  }

  var capacity: Int { 1 }
  var waitsForResponse: Bool { interval >= 1_000_000_000 }

  func availability(cost: Int, at now: Instant) -> Availability {
    if waitsForResponse && inFlight > 0 { return .afterResponse }
    return next <= now.nanoseconds ? .now : .at(Instant(nanoseconds: next))
  }

  mutating func take(cost: Int, at now: Instant) {
    inFlight = inFlight.adding(units: 1)
    guard !waitsForResponse else { return }
    previous = next
    next = now.nanoseconds.clampedAdding(interval).clampedAdding(spread)
      .clampedAdding(randomExtra())
  }

  mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    guard settlement.isArrival() else { return }
    inFlight = inFlight.adding(units: -1)
    guard waitsForResponse else { return }
    let distance = interval - min(settlement.credit, interval)
    next = now.nanoseconds.clampedAdding(distance).clampedAdding(randomExtra())
  }

  mutating func refund(cost: Int, taken: Instant, at now: Instant) {
    inFlight = inFlight.adding(units: -1)
    guard !waitsForResponse else { return }
    // Only the latest request's mark can be taken back; an earlier one's is already spent.
    let mark = taken.nanoseconds.clampedAdding(interval).clampedAdding(spread)
    if next >= mark && next <= mark.clampedAdding(mostExtra) { next = previous }
  }

  func left(at now: Instant) -> Int { availability(cost: 1, at: now) == .now ? 1 : 0 }

  func instant(
    whenRoomFor cost: Int, from start: Instant, roundTrip: Int64, at now: Instant
  ) -> Instant {
    // On average half of the jitter.
    let step = interval.clampedAdding(mostExtra / 2)
      .clampedAdding(waitsForResponse ? roundTrip : spread)
    let base =
      waitsForResponse && inFlight > 0
      ? now.nanoseconds.clampedAdding(interval).clampedAdding(mostExtra / 2) : next
    let ahead = step.clampedMultiplied(by: Int64(max(0, cost - 1)))
    return Instant(nanoseconds: max(base, start.nanoseconds).clampedAdding(ahead))
  }

  func isFull(at now: Instant) -> Bool { inFlight <= 0 && next <= now.nanoseconds }

  private var mostExtra: Int64 { interval / 100 * Int64(jitter) }

  private mutating func randomExtra() -> Int64 {
    jitter == 0 ? 0 : Int64(random.unit() * Double(mostExtra))
  }
}
