import Timekeeping

/// One limit's state for one key, account or other scope, with the hold of that scope.
///
/// A gate is a bucket without a limit: only its hold stands in the way. Those who wait for a
/// bucket are kept elsewhere, under its `slot`.
public final class Bucket {
  /// Where its owner keeps what belongs to it: waiters, timer, names.
  public let slot: Int
  /// The limit.
  public private(set) var state: LimitState
  /// The block laid on it by answers.
  public private(set) var hold = Hold()

  /// Whether there is no limit, only the hold.
  public let isGate: Bool

  /// A bucket in `state`, open.
  public init(slot: Int, state: LimitState = .unlimited) {
    self.slot = slot
    self.state = state
    if case .unlimited = state { isGate = true } else { isGate = false }
  }

  /// When hold and limit both have room for `cost`.
  public func availability(cost: Int, at now: Instant) -> Availability {
    let held = hold.isOpen ? .now : hold.availability(at: now)
    let limit = state.availability(cost: cost, at: now)
    switch (held, limit) {
    case (_, .never): return .never
    case (.now, _): return limit
    case (.at(let end), .at(let instant)): return .at(max(end, instant))
    case (.at, .now), (.at, .afterResponse): return held
    case (_, .at): return limit
    default: return held
    }
  }

  /// Takes `cost` for the request `token`.
  public func take(cost: Int, token: UInt64, at now: Instant) {
    if !hold.isOpen { hold.take(token: token) }
    state.take(cost: cost, at: now)
  }

  /// Follows what became of a request that took `cost`.
  public func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    state.settle(cost: cost, settlement, at: now)
  }

  /// Gives back what the request `token` took at `taken` and never used.
  public func refund(cost: Int, token: UInt64, taken: Instant, at now: Instant) {
    _ = hold.abandon(token: token)
    state.refund(cost: cost, taken: taken, at: now)
  }

  /// Changes the hold.
  public func updateHold<R>(_ body: (inout Hold) -> R) -> R { body(&hold) }

  /// Units that can be taken now, were it open.
  public func left(at now: Instant) -> Int { state.left(at: now) }

  /// The earliest instant for `cost` more units: a prediction, early rather than late.
  public func instant(whenRoomFor cost: Int, at now: Instant) -> Instant {
    let limit = state.instant(whenRoomFor: cost, at: now)
    return hold.isHeld(at: now) ? max(limit, hold.until) : limit
  }

  /// Whether forgetting it would give nobody more than remembering it.
  public func isForgettable(at now: Instant) -> Bool {
    hold.isForgotten(at: now) && state.isFull(at: now)
  }

  /// Follows a step of the wall clock.
  public func setWallClock(_ wall: WallTime, at now: Instant) {
    state.setWallClock(wall, at: now)
  }
}
