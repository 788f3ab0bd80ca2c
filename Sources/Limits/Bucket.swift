import Timekeeping

/// One limit's state for one key, account or other scope, with the hold of that scope.
///
/// A gate is a bucket without a limit: only its hold stands in the way. Those who wait for a
/// bucket are kept elsewhere. What only few buckets have (a block, counters of
/// answers, strikes) is kept apart: a bucket is 72 bytes.
public struct Bucket {
  /// The limit.
  public internal(set) var state: LimitState
  @usableFromInline private(set) var memory: BucketMemory?

  /// The block laid on it by answers.
  public var hold: Hold { memory?.hold ?? Hold() }

  /// Whether nothing of a block is left, so that no answer changes the hold.
  @inlinable public var isClean: Bool { memory?.isClean ?? true }

  /// Whether there is no limit, only the hold.
  @inlinable public var isGate: Bool { if case .unlimited = state { true } else { false } }

  /// Whether it is a gate that nothing was ever laid on: nothing that requests do changes it.
  @inlinable public var isOpenGate: Bool { memory == nil && isGate }

  /// A bucket in `state`, open.
  public init(state: LimitState = .unlimited) {
    self.state = state
  }

  /// When hold and limit both have room for `cost`, and for what is left to others.
  public mutating func availability(cost: Int, at now: Instant) -> Availability {
    guard let memory else {
      return isGate ? .now : state.availability(cost: cost, at: now)
    }
    memory.recover(&state, at: now)
    let limit = limitAvailability(cost: cost, at: now)
    let held = memory.hold.isOpen ? .now : memory.hold.availability(at: now)
    switch (held, limit) {
    case (_, .never): return .never
    case (.now, _): return limit
    case (.at(let end), .at(let instant)): return .at(max(end, instant))
    case (.at, .now), (.at, .afterResponse): return held
    case (_, .at): return limit
    default: return held
    }
  }

  /// Whether hold and limit both have room for `cost` now, and for what is left to others.
  public mutating func hasRoom(for cost: Int, at now: Instant) -> Bool {
    if memory == nil, state.hasRoomAlready(for: cost, at: now) { return true }
    return availability(cost: cost, at: now) == .now
  }

  /// When the limit has room for `cost`, and for what is left to others.
  private mutating func limitAvailability(cost: Int, at now: Instant) -> Availability {
    let spare = headroom(beside: cost, at: now)
    let limit = state.availability(cost: cost + spare, at: now)
    guard spare > 0, limit != .now, state.availability(cost: cost, at: now) == .now else {
      return limit
    }
    // What is left to others shrinks with time: ask again soon.
    let soon = now.advanced(byNanoseconds: BucketMemory.second)
    if case .at(let instant) = limit { return .at(min(instant, soon)) }
    return .at(soon)
  }

  /// Takes `cost` for the request `token`.
  public mutating func take(cost: Int, token: UInt64, at now: Instant) {
    if let memory {
      if !memory.hold.isOpen { memory.hold.take(token: token) }
      if let trail = memory.trail { trail.took(cost, room: room(at: now), at: now) }
    }
    if !isGate { state.take(cost: cost, at: now) }
  }

  /// Follows what became of a request that took `cost`.
  public mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    if let memory, let trail = memory.trail, settlement.isArrival() { trail.answered(cost) }
    if state.follows(settlement) { state.settle(cost: cost, settlement, at: now) }
  }

  /// Gives back what the request `token` took at `taken` and never used.
  public mutating func refund(cost: Int, token: UInt64, taken: Instant, at now: Instant) {
    if let memory {
      _ = memory.hold.abandon(token: token)
      memory.trail?.refunded(cost)
    }
    state.refund(cost: cost, taken: taken, at: now)
  }

  /// Changes the hold.
  public mutating func updateHold<R>(_ body: (inout Hold) -> R) -> R {
    if let memory { return body(&memory.hold) }
    var hold = Hold()
    let result = body(&hold)
    if !hold.isClean { remember().hold = hold }
    return result
  }

  /// Units that can be taken now, were it open.
  public mutating func left(at now: Instant) -> Int {
    memory?.recover(&state, at: now)
    return state.left(at: now)
  }

  /// The earliest instant for `cost` more units: a prediction, early rather than late.
  ///
  /// - Parameters:
  ///   - start: before this nothing is sent; nil for `now`.
  ///   - roundTrip: how long an answer usually takes.
  public mutating func instant(
    whenRoomFor cost: Int, from start: Instant? = nil, roundTrip: Duration = .zero, at now: Instant
  ) -> Instant {
    var start = max(now, start ?? now)
    if let memory, memory.hold.isHeld(at: now) { start = max(start, memory.hold.until) }
    return state.instant(whenRoomFor: cost, from: start, roundTrip: roundTrip, at: now)
  }

  /// Of a limit by days or aligned windows: the last one that begins before `cost` more units have
  /// gone, and how many of them go in it; nil while all go in this one, and for other limits.
  public mutating func lastPeriod(of cost: Int, at now: Instant) -> (opening: Instant, units: Int)?
  {
    state.lastPeriod(of: cost, at: now)
  }

  /// Whether forgetting it would give nobody more than remembering it.
  public mutating func isForgettable(at now: Instant) -> Bool {
    memory?.recover(&state, at: now)
    if let memory, !memory.hold.isForgotten(at: now) || memory.cut > 0 { return false }
    return state.isFull(at: now)
  }

  /// Follows a step of the wall clock.
  public mutating func setWallClock(_ wall: WallTime, at now: Instant) {
    state.setWallClock(wall, at: now)
  }

  mutating func remember() -> BucketMemory {
    if let memory { return memory }
    let made = BucketMemory()
    memory = made
    return made
  }

  /// What is left to others who use the limit as well, as far as `cost` still fits at some time.
  private func headroom(beside cost: Int, at now: Instant) -> Int {
    guard let trail = memory?.trail else { return 0 }
    return min(trail.headroom(at: now), max(0, capacity - cost))
  }
}
