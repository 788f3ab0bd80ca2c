import Timekeeping

/// Nothing goes while the hours are closed; what is open is not limited.
public struct HoursGate: LimitAlgorithm {
  /// Beyond so many changes hours are taken for open: 400 days.
  private static let mostChanges = 800

  private let hours: ClosedHours
  /// Wall time minus monotonic time.
  private var shift: Int64
  /// When what is known of now changes, and when it opens if it is closed.
  private var known = Int64.min
  private var opens: Int64?

  init(_ hours: ClosedHours, wall: WallTime, at now: Instant) {
    self.hours = hours
    shift = wall.nanoseconds.clampedSubtracting(now.nanoseconds)
  }

  var capacity: Int { .max }

  mutating func availability(cost: Int, at now: Instant) -> Availability {
    look(at: now)
    guard let opens else { return .now }
    return opens == .max ? .never : .at(Instant(nanoseconds: opens))
  }

  mutating func take(cost: Int, at now: Instant) {}
  mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {}
  mutating func refund(cost: Int, taken: Instant, at now: Instant) {}

  mutating func left(at now: Instant) -> Int {
    look(at: now)
    return opens == nil ? .max : 0
  }

  /// Where others have room at `start`: the same after as much time in open hours.
  mutating func instant(
    whenRoomFor cost: Int, from start: Instant, roundTrip: Int64, at now: Instant
  ) -> Instant {
    var time = WallTime(nanoseconds: now.nanoseconds.clampedAdding(shift))
    var left = start.nanoseconds(since: now)
    for _ in 0..<HoursGate.mostChanges {
      guard let change = hours.nextChange(after: time) else {
        if hours.contain(time) { return .distantFuture }
        break
      }
      if !hours.contain(time) {
        let open = change.nanoseconds.clampedSubtracting(time.nanoseconds)
        if left < open { break }
        left -= open
      }
      time = change
    }
    return Instant(nanoseconds: time.nanoseconds.clampedSubtracting(shift).clampedAdding(left))
  }

  mutating func isFull(at now: Instant) -> Bool { true }

  mutating func usedShare(at now: Instant) -> Double { left(at: now) == 0 ? 1 : 0 }

  mutating func setWallClock(_ wall: WallTime, at now: Instant) {
    shift = wall.nanoseconds.clampedSubtracting(now.nanoseconds)
    known = .min
  }

  private mutating func look(at now: Instant) {
    guard now.nanoseconds >= known else { return }
    let time = WallTime(nanoseconds: now.nanoseconds.clampedAdding(shift))
    let change = hours.nextChange(after: time)?.nanoseconds.clampedSubtracting(shift) ?? .max
    known = change
    opens = hours.contain(time) ? change : nil
  }
}
