import Timekeeping

@testable import Limits

/// A bucket by reference, so that expectations can ask it.
final class Bucket {
  private var inner: Limits.Bucket

  init(state: LimitState = .unlimited) { inner = Limits.Bucket(state: state) }

  var capacity: Int { inner.capacity }
  var hold: Hold { inner.hold }
  var stated: Int { inner.stated }
  var state: LimitState { inner.state }

  func availability(cost: Int, at now: Instant) -> Availability {
    inner.availability(cost: cost, at: now)
  }
  func take(cost: Int, token: UInt64, at now: Instant) {
    inner.take(cost: cost, token: token, at: now)
  }
  func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    inner.settle(cost: cost, settlement, at: now)
  }
  func refund(cost: Int, token: UInt64, taken: Instant, at now: Instant) {
    inner.refund(cost: cost, token: token, taken: taken, at: now)
  }
  func updateHold<R>(_ body: (inout Hold) -> R) -> R { inner.updateHold(body) }
  func left(at now: Instant) -> Int { inner.left(at: now) }
  func instant(whenRoomFor cost: Int, at now: Instant) -> Instant {
    inner.instant(whenRoomFor: cost, at: now)
  }
  func isForgettable(at now: Instant) -> Bool { inner.isForgettable(at: now) }
  func setWallClock(_ wall: WallTime, at now: Instant) { inner.setWallClock(wall, at: now) }
  func adjust(by units: Int, at now: Instant) { inner.adjust(by: units, at: now) }
  func resize(to allow: Int, at now: Instant) { inner.resize(to: allow, at: now) }
  func struck(room: Bool, at now: Instant) { inner.struck(room: room, at: now) }
  func usedShare(at now: Instant) -> Double { inner.usedShare(at: now) }
  func remainingPeriod(at now: Instant) -> (left: Duration, of: Duration)? {
    inner.remainingPeriod(at: now)
  }
  func track(at now: Instant) { inner.track(at: now) }
  func observe(
    _ seen: Observation, sent: Instant, taken cost: Int, at now: Instant
  ) -> ObservationOutcome {
    inner.observe(seen, sent: sent, taken: cost, at: now)
  }
  func room(at now: Instant) -> Int { inner.room(at: now) }
}
