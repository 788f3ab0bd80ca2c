import Timekeeping

/// The state of one limit for one key, account or other scope: one algorithm of `LimitKind`.
///
/// A switch instead of an existential. An algorithm is moved out, changed and put back, so that
/// nothing is copied; large and rare ones stay in a box of one element, so that a state is 57
/// bytes.
public enum LimitState: Sendable {
  /// No limit: only a hold can stand in the way.
  case unlimited
  /// See `TokenBucket`.
  case tokenBucket(TokenBucket)
  /// See `SlidingWindow`.
  case slidingWindow(SlidingWindow)
  /// See `FirstRequestWindow`.
  case firstRequest(FirstRequestWindow)
  /// See `TwoCounterWindow`.
  case twoCounter(TwoCounterWindow)
  /// See `Spacing`.
  case spacing(Spacing)
  /// See `ConcurrencyLimit`.
  case concurrency(ConcurrencyLimit)
  /// See `PeriodQuota`; one.
  case period(ContiguousArray<PeriodQuota>)
  /// See `HoursGate`; one.
  case hours(ContiguousArray<HoursGate>)
  /// See `LearnedLimit`; one.
  case learned(ContiguousArray<LearnedLimit>)

  /// The unused state of a limit of this kind.
  ///
  /// - Parameters:
  ///   - pace: how windows and days are used up; other kinds have a pace of their own.
  ///   - wall: the civil time at `now`.
  ///   - seed: what random jitter follows from.
  public init(
    _ kind: LimitKind, pace: Pace = .free, at now: Instant, wall: WallTime, seed: UInt64 = 0
  ) {
    let spacing: SlidingWindow.Spacing = pace == .even ? .even : .none
    switch kind {
    case .tokenBucket(let rate, let burst, let spread):
      self = .tokenBucket(TokenBucket(rate: rate, burst: burst, spread: spread, at: now))
    case .slidingWindow(let rate), .fixedWindow(let rate, .anywhere):
      self = .slidingWindow(SlidingWindow(rate: rate, spacing: spacing))
    case .fixedWindow(let rate, .firstRequest):
      // Even pacing needs no window: the sliding one is as safe.
      self =
        pace == .even
        ? .slidingWindow(SlidingWindow(rate: rate, spacing: .even))
        : .firstRequest(FirstRequestWindow(rate: rate))
    case .fixedWindow(let rate, .aligned(let offset, let delta)):
      // With so much doubt the alignment is as good as unknown.
      if delta.wholeNanoseconds >= rate.per.wholeNanoseconds / 4 {
        self = .slidingWindow(SlidingWindow(rate: rate, spacing: spacing))
      } else {
        let quota = PeriodQuota(
          rate: rate, offset: offset, delta: delta, pace: pace, wall: wall, at: now)
        self = .period([quota])
      }
    case .twoCounterWindow(let rate, let spread):
      self = .twoCounter(TwoCounterWindow(rate: rate, spread: spread, at: now))
    case .spacing(let every, let jitter, let spread):
      self = .spacing(
        Spacing(every: every, jitter: jitter, spread: spread, seed: seed, at: now))
    case .concurrency(let allow, let hold):
      self = .concurrency(ConcurrencyLimit(allow: allow, hold: hold))
    case .calendar(let allow, let zone):
      self = .period([PeriodQuota(allow: allow, zone: zone, pace: pace, wall: wall, at: now)])
    case .hours(let hours): self = .hours([HoursGate(hours, wall: wall, at: now)])
    case .learned(let rate): self = .learned([LearnedLimit(start: rate, at: now)])
    case .unknown(let rate):
      self = .slidingWindow(SlidingWindow(rate: rate, spacing: pace == .even ? .even : .near))
    }
  }

  /// At most so many of our own connections at once.
  public static func connections(_ allow: Int) -> LimitState {
    .concurrency(ConcurrencyLimit(connections: allow))
  }

  /// Does something with the algorithm, in place; nil without a limit.
  mutating func change<Change: LimitChange>(_ change: Change) -> Change.Result? {
    switch consume self {
    case .unlimited:
      self = .unlimited
      return nil
    case .tokenBucket(var limit):
      defer { self = .tokenBucket(limit) }
      return change.apply(&limit)
    case .slidingWindow(var limit):
      defer { self = .slidingWindow(limit) }
      return change.apply(&limit)
    case .firstRequest(var limit):
      defer { self = .firstRequest(limit) }
      return change.apply(&limit)
    case .twoCounter(var limit):
      defer { self = .twoCounter(limit) }
      return change.apply(&limit)
    case .spacing(var limit):
      defer { self = .spacing(limit) }
      return change.apply(&limit)
    case .concurrency(var limit):
      defer { self = .concurrency(limit) }
      return change.apply(&limit)
    case .period(var box):
      defer { self = .period(box) }
      return change.apply(&box[0])
    case .hours(var box):
      defer { self = .hours(box) }
      return change.apply(&box[0])
    case .learned(var box):
      defer { self = .learned(box) }
      return change.apply(&box[0])
    }
  }

  /// Units taken that have not arrived for all that is known.
  var inFlight: Int {
    mutating get { max(0, change(LimitChanges.InFlight()) ?? 0) }
  }

  mutating func lastPeriod(of cost: Int, at now: Instant) -> (opening: Instant, units: Int)? {
    guard case .period(var box) = self else { return nil }
    self = .unlimited
    defer { self = .period(box) }
    return box[0].lastPeriod(of: cost, at: now)
  }

  var isTokenBucket: Bool { if case .tokenBucket = self { true } else { false } }

  /// Follows a limit that the provider states of what the operator left to be learned.
  mutating func adopt(limit: Int, window: Duration, at now: Instant) {
    guard case .learned(var box) = self else { return }
    self = .unlimited
    box[0].adopt(limit: limit, window: window.wholeNanoseconds, at: now)
    self = .learned(box)
  }
}
