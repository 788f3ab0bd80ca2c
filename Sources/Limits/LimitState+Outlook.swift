import Timekeeping

extension LimitState {
  /// When there is room for `cost`.
  public mutating func availability(cost: Int, at now: Instant) -> Availability {
    change(LimitChanges.Availability(cost: cost, now: now)) ?? .now
  }

  /// Whether there is room for `cost` even if nothing has come free since it was last looked at:
  /// what can be said without changing anything.
  func hasRoomAlready(for cost: Int, at now: Instant) -> Bool {
    switch self {
    case .unlimited: true
    case .tokenBucket(let limit): limit.isReady(for: cost, at: now)
    case .slidingWindow(let limit): limit.hasRoomAlready(for: cost, at: now)
    case .concurrency(let limit): limit.hasRoomAlready(for: cost)
    default: false
    }
  }

  /// Takes `cost`.
  public mutating func take(cost: Int, at now: Instant) {
    _ = change(LimitChanges.Take(cost: cost, now: now))
  }

  /// Follows what became of a request that took `cost`.
  public mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    _ = change(LimitChanges.Settle(cost: cost, settlement: settlement, now: now))
  }

  /// Whether what becomes of a request changes anything: an end where it counts until then, an
  /// arrival everywhere else.
  func follows(_ settlement: Settlement) -> Bool {
    switch self {
    case .unlimited, .hours: false
    case .concurrency: !settlement.isBeforeEnd
    default: !settlement.isEnd
    }
  }

  /// Gives back `cost` taken at `taken` by a request that was provably never sent.
  public mutating func refund(cost: Int, taken: Instant, at now: Instant) {
    _ = change(LimitChanges.Refund(cost: cost, taken: taken, now: now))
  }

  /// Gives units back (the cost of a request whose response was just settled turned out smaller),
  /// or charges more when negative (it turned out larger); then there may be debt.
  public mutating func adjust(by units: Int, at now: Instant) {
    _ = change(LimitChanges.Adjust(units: units, now: now))
  }

  /// Follows a limit that was changed: shrinks at once, grows at the next release; nothing where
  /// there is no count.
  public mutating func resize(to allow: Int, at now: Instant) {
    _ = change(LimitChanges.Resize(allow: allow, now: now))
  }

  /// Follows a step of the wall clock; only what follows civil time does.
  public mutating func setWallClock(_ wall: WallTime, at now: Instant) {
    switch self {
    case .period, .hours: _ = change(LimitChanges.WallClock(wall: wall, now: now))
    default: break
    }
  }

  /// Units that can be taken now; `.max` without a limit.
  public mutating func left(at now: Instant) -> Int { change(LimitChanges.Left(now: now)) ?? .max }

  /// The most that can ever be taken at once; `.max` without a limit.
  public var capacity: Int {
    switch self {
    case .unlimited, .hours: .max
    case .twoCounter, .spacing, .learned: 1
    case .tokenBucket(let limit): limit.capacity
    case .slidingWindow(let limit): limit.capacity
    case .firstRequest(let limit): limit.capacity
    case .concurrency(let limit): limit.capacity
    case .period(let box): box[0].capacity
    }
  }

  /// From 0, unused, to 1, nothing left.
  public mutating func usedShare(at now: Instant) -> Double {
    change(LimitChanges.UsedShare(now: now)) ?? 0
  }

  /// How much of the current day or window is left, and its length; nil where there is none.
  ///
  /// A window that slides is always wholly ahead.
  public mutating func remainingPeriod(at now: Instant) -> (left: Duration, of: Duration)? {
    guard let span = change(LimitChanges.RemainingPeriod(now: now)) ?? nil else { return nil }
    return (Duration(nanoseconds: span.left), Duration(nanoseconds: span.of))
  }

  /// The earliest instant for one more unit.
  public mutating func next(at now: Instant) -> Instant { instant(whenRoomFor: 1, at: now) }

  /// The earliest instant for `cost` more units together with all that stands ahead in them:
  /// a prediction, early rather than late.
  ///
  /// - Parameters:
  ///   - start: before this nothing is sent; nil for `now`.
  ///   - roundTrip: how long an answer usually takes.
  public mutating func instant(
    whenRoomFor cost: Int, from start: Instant? = nil, roundTrip: Duration = .zero, at now: Instant
  ) -> Instant {
    let start = max(now, start ?? now)
    return change(
      LimitChanges.Outlook(
        cost: cost, start: start, roundTrip: max(0, roundTrip.wholeNanoseconds), now: now)) ?? start
  }

  /// Whether forgetting it would give nobody more than remembering it.
  public mutating func isFull(at now: Instant) -> Bool {
    change(LimitChanges.IsFull(now: now)) ?? true
  }
}
