import Timekeeping

extension LimitState {
  /// Units that can be taken now; `.max` without a limit.
  public mutating func left(at now: Instant) -> Int {
    switch self {
    case .unlimited: return .max
    case .tokenBucket(let limit): return limit.left(at: now)
    case .spacing(let limit): return limit.left(at: now)
    case .slidingWindow: return withWindow { $0.left(at: now) } ?? 0
    case .concurrency: return withConcurrency { $0.left(at: now) } ?? 0
    case .calendar: return withCalendar { $0.left(at: now) } ?? 0
    }
  }

  /// The most that can ever be taken at once; `.max` without a limit.
  public var capacity: Int {
    switch self {
    case .unlimited: .max
    case .tokenBucket(let limit): limit.burst
    case .spacing: 1
    case .slidingWindow(let limit): limit.allow
    case .concurrency(let limit): limit.allow
    case .calendar(let limit): limit.allow
    }
  }

  /// The earliest instant for one more unit.
  public mutating func next(at now: Instant) -> Instant { instant(whenRoomFor: 1, at: now) }

  /// The earliest instant for `cost` more units together with all that stands ahead in them:
  /// a prediction, early rather than late.
  public mutating func instant(whenRoomFor cost: Int, at now: Instant) -> Instant {
    switch self {
    case .unlimited: return now
    case .tokenBucket(let limit): return limit.instant(whenRoomFor: cost, at: now)
    case .spacing(let limit): return limit.instant(whenRoomFor: cost, at: now)
    case .concurrency(let limit): return limit.instant(whenRoomFor: cost, at: now)
    case .slidingWindow: return withWindow { $0.instant(whenRoomFor: cost, at: now) } ?? now
    case .calendar: return withCalendar { $0.instant(whenRoomFor: cost, at: now) } ?? now
    }
  }

  /// Whether forgetting it would give nobody more than remembering it.
  public mutating func isFull(at now: Instant) -> Bool {
    switch self {
    case .unlimited: return true
    case .tokenBucket(let limit): return limit.isFull(at: now)
    case .spacing(let limit): return limit.isFull(at: now)
    case .slidingWindow: return withWindow { $0.isFull(at: now) } ?? true
    case .concurrency: return withConcurrency { $0.isFull(at: now) } ?? true
    case .calendar: return withCalendar { $0.isFull(at: now) } ?? true
    }
  }
}
