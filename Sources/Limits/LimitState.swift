import Timekeeping

/// The state of one limit for one key, account or other scope: one algorithm of `LimitKind`.
///
/// A switch instead of an existential. Cases with storage are moved out, changed and put back, so
/// that nothing is copied.
public enum LimitState: Sendable {
  /// No limit: only a hold can stand in the way.
  case unlimited
  /// See `TokenBucket`.
  case tokenBucket(TokenBucket)
  /// See `SlidingWindow`.
  case slidingWindow(SlidingWindow)
  /// See `Spacing`.
  case spacing(Spacing)
  /// See `ConcurrencyLimit`.
  case concurrency(ConcurrencyLimit)
  /// See `CalendarQuota`.
  case calendar(CalendarQuota)

  /// The unused state of a limit of this kind; `wall` is the civil time at `now`.
  public init(_ kind: LimitKind, at now: Instant, wall: WallTime) {
    switch kind {
    case .tokenBucket(let rate, let burst):
      self = .tokenBucket(TokenBucket(rate: rate, burst: burst, at: now))
    case .slidingWindow(let rate): self = .slidingWindow(SlidingWindow(rate: rate))
    case .spacing(let every): self = .spacing(Spacing(every: every, at: now))
    case .concurrency(let allow): self = .concurrency(ConcurrencyLimit(allow: allow))
    case .calendar(let allow):
      self = .calendar(CalendarQuota(allow: allow, wall: wall, at: now))
    }
  }

  /// When there is room for `cost`.
  public mutating func availability(cost: Int, at now: Instant) -> Availability {
    switch self {
    case .unlimited: return .now
    case .tokenBucket(let limit): return limit.availability(cost: cost, at: now)
    case .spacing(let limit): return limit.availability(at: now)
    case .slidingWindow: return withWindow { $0.availability(cost: cost, at: now) } ?? .now
    case .concurrency: return withConcurrency { $0.availability(cost: cost, at: now) } ?? .now
    case .calendar: return withCalendar { $0.availability(cost: cost, at: now) } ?? .now
    }
  }

  /// Takes `cost`.
  public mutating func take(cost: Int, at now: Instant) {
    switch self {
    case .unlimited: break
    case .tokenBucket(var limit):
      limit.take(cost: cost, at: now)
      self = .tokenBucket(limit)
    case .spacing(var limit):
      limit.take(at: now)
      self = .spacing(limit)
    case .slidingWindow: withWindow { $0.take(cost: cost, at: now) }
    case .concurrency: withConcurrency { $0.take(cost: cost, at: now) }
    case .calendar: withCalendar { $0.take(cost: cost, at: now) }
    }
  }

  /// Follows what became of a request that took `cost`.
  public mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    switch self {
    case .unlimited, .calendar: break
    case .tokenBucket(var limit):
      limit.settle(cost: cost, settlement, at: now)
      self = .tokenBucket(limit)
    case .spacing(var limit):
      limit.settle(settlement, at: now)
      self = .spacing(limit)
    case .slidingWindow: withWindow { $0.settle(cost: cost, settlement, at: now) }
    case .concurrency: withConcurrency { $0.settle(cost: cost, settlement, at: now) }
    }
  }

  /// Gives back `cost` taken at `taken` by a request that was provably never sent.
  public mutating func refund(cost: Int, taken: Instant, at now: Instant) {
    switch self {
    case .unlimited: break
    case .tokenBucket(var limit):
      limit.refund(cost: cost, at: now)
      self = .tokenBucket(limit)
    case .spacing(var limit):
      limit.refund(taken: taken, at: now)
      self = .spacing(limit)
    case .slidingWindow: withWindow { $0.refund(cost: cost, at: now) }
    case .concurrency: withConcurrency { $0.refund(cost: cost, at: now) }
    case .calendar: withCalendar { $0.refund(cost: cost, taken: taken, at: now) }
    }
  }

  /// Follows a step of the wall clock; only calendars do.
  public mutating func setWallClock(_ wall: WallTime, at now: Instant) {
    withCalendar { $0.setWallClock(wall, at: now) }
  }
}

extension LimitState {
  @discardableResult
  mutating func withWindow<R>(_ body: (inout SlidingWindow) -> R) -> R? {
    guard case .slidingWindow(var limit) = self else { return nil }
    self = .unlimited
    defer { self = .slidingWindow(limit) }
    return body(&limit)
  }

  @discardableResult
  mutating func withConcurrency<R>(_ body: (inout ConcurrencyLimit) -> R) -> R? {
    guard case .concurrency(var limit) = self else { return nil }
    self = .unlimited
    defer { self = .concurrency(limit) }
    return body(&limit)
  }

  @discardableResult
  mutating func withCalendar<R>(_ body: (inout CalendarQuota) -> R) -> R? {
    guard case .calendar(var limit) = self else { return nil }
    defer { self = .calendar(limit) }
    return body(&limit)
  }
}
