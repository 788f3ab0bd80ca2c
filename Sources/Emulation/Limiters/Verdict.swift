/// What a provider's limiter says to one arrival.
public struct Verdict: Hashable, Sendable {
  /// Whether the request may pass.
  public let isAccepted: Bool
  /// How many more could arrive at the same instant and pass.
  public let remaining: Int
  /// How long until one more could pass, if nothing else arrives; zero when one could at once.
  public let retryAfter: Duration
  /// How long until nothing that has arrived counts any more.
  public let untilClear: Duration

  /// A verdict.
  public init(isAccepted: Bool, remaining: Int, retryAfter: Duration, untilClear: Duration) {
    self.isAccepted = isAccepted
    self.remaining = remaining
    self.retryAfter = retryAfter
    self.untilClear = untilClear
  }

  /// The same figures, with the request let through.
  var accepted: Verdict {
    Verdict(
      isAccepted: true, remaining: remaining, retryAfter: retryAfter, untilClear: untilClear)
  }
}
