/// What one answer's counters say about the bucket it was charged to.
public struct Observation: Hashable, Sendable {
  /// Units per window, or tokens of a full bucket.
  public var limit: Int?
  /// Units left after the request was counted.
  public var remaining: Int?
  /// The window the counters speak of.
  public var window: Duration?
  /// The stated reset, as a delay from the answer.
  public var reset: Duration?
  /// What happens at the reset.
  public var resetMeaning: ResetMeaning
  /// Whether the counters may be another, narrower or wider bucket's: they prove no room here.
  public var isOnlyUpperBound: Bool

  /// Counters as read; nil for what the answer does not say.
  public init(
    limit: Int? = nil, remaining: Int? = nil, window: Duration? = nil, reset: Duration? = nil,
    resetMeaning: ResetMeaning = .windowEnd,
    isOnlyUpperBound: Bool = false
  ) {
    self.limit = limit
    self.remaining = remaining
    self.window = window
    self.reset = reset
    self.resetMeaning = resetMeaning
    self.isOnlyUpperBound = isOnlyUpperBound
  }
}
