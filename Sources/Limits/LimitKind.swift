/// Which algorithm a limit follows, with its numbers, as the operator or the provider states them.
public enum LimitKind: Hashable, Sendable {
  /// A bucket of `burst` tokens that refills continuously at `rate`.
  case tokenBucket(rate: Rate, burst: Int)
  /// At most `rate.allow` units in every span of `rate.per`, whatever its alignment.
  case slidingWindow(rate: Rate)
  /// At least `every` between two requests.
  case spacing(every: Duration)
  /// At most so many requests under way at once.
  case concurrency(allow: Int)
  /// At most so many units in a calendar day of UTC.
  case calendar(allow: Int)

  /// The word the policy file and `/stats` use for this kind.
  public var word: String {
    switch self {
    case .tokenBucket: "token-bucket"
    case .slidingWindow: "sliding-window"
    case .spacing: "spacing"
    case .concurrency: "concurrency"
    case .calendar: "calendar"
    }
  }

  /// The largest cost one request can ever take: more would wait for ever.
  public var largestCost: Int {
    switch self {
    case .tokenBucket(let rate, let burst): TokenBucket.capacity(rate: rate, burst: burst)
    case .slidingWindow(let rate): rate.allow
    case .spacing: 1
    case .concurrency(let allow), .calendar(let allow): allow
    }
  }
}
