import Timekeeping

/// Which algorithm a limit follows, with its numbers, as the operator or the provider states them.
public enum LimitKind: Hashable, Sendable {
  /// A bucket of `burst` tokens that refills continuously at `rate`; `spread` is the stated
  /// difference between the slowest and the fastest way to the provider.
  case tokenBucket(rate: Rate, burst: Int, spread: Duration? = nil)
  /// At most `rate.allow` units in every span of `rate.per`, whatever its alignment.
  case slidingWindow(rate: Rate)
  /// At most `rate.allow` units in each of the windows that follow one another.
  case fixedWindow(rate: Rate, start: WindowStart)
  /// A gateway's estimate from two counters: this window's and a share of the one before.
  case twoCounterWindow(rate: Rate, spread: Duration)
  /// At least `every` between two requests, up to `jitter` percent more at random; below 1 s the
  /// `spread` of the way to the provider is added.
  case spacing(every: Duration, jitter: Int = 0, spread: Duration = .zero)
  /// At most so many requests under way at once; one whose outcome is not known counts for `hold`.
  case concurrency(allow: Int, hold: Duration? = nil)
  /// At most so many units in a civil day of `zone`.
  case calendar(allow: Int, zone: Zone = .utc)
  /// Nothing at all in the closed hours of a day.
  case hours(ClosedHours)
  /// A limit nobody states: found by raising the pace from `start` until it is refused.
  case learned(start: Rate)
  /// A stated number of units in a stated span, by an algorithm nobody states.
  case unknown(rate: Rate)

  /// The word the policy file and `/stats` use for this kind.
  public var word: String {
    switch self {
    case .tokenBucket: "token-bucket"
    case .slidingWindow: "sliding-window"
    case .fixedWindow: "fixed-window"
    case .twoCounterWindow: "two-counter-window"
    case .spacing: "spacing"
    case .concurrency: "concurrency"
    case .calendar: "calendar"
    case .hours: "hours"
    case .learned: "learned"
    case .unknown: "unknown"
    }
  }

  /// The largest cost one request can ever take: more would wait for ever.
  ///
  /// 1 where each request counts once, whatever its cost, and where even pacing leaves no room for
  /// more at once; without bound where nothing is counted.
  public var largestCost: Int {
    switch self {
    case .tokenBucket(let rate, let burst, _): TokenBucket.capacity(rate: rate, burst: burst)
    case .slidingWindow(let rate), .fixedWindow(let rate, _), .unknown(let rate): rate.allow
    case .spacing, .twoCounterWindow, .learned: 1
    case .concurrency(let allow, _), .calendar(let allow, _): allow
    case .hours: .max
    }
  }

  /// Whether it counts units, so that counters in answers and refusals can speak of it.
  public var isCounted: Bool {
    switch self {
    case .tokenBucket, .slidingWindow, .fixedWindow, .twoCounterWindow, .calendar, .learned,
      .unknown:
      true
    case .spacing, .concurrency, .hours: false
    }
  }

  /// The span its units are for; nil where there is none.
  public var period: Duration? {
    switch self {
    case .slidingWindow(let rate), .fixedWindow(let rate, _), .twoCounterWindow(let rate, _),
      .unknown(let rate):
      rate.per
    case .calendar: .seconds(86_400)
    case .tokenBucket, .spacing, .concurrency, .hours, .learned: nil
    }
  }
}
