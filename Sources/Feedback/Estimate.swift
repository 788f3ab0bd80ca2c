/// What an answer states about one of the provider's buckets.
public struct Estimate: Hashable, Sendable {
  /// The provider's name of the bucket, at most 64 bytes.
  public var name: String?
  /// Whose bucket it is.
  public var scope: Signal.Scope
  /// What the bucket holds when nothing is used.
  public var limit: Int?
  /// What is left; never negative.
  public var remaining: Int?
  /// The span `limit` is for.
  public var window: Duration?
  /// The delay from the answer to what the provider calls a reset.
  public var reset: Duration?
  /// What it calls a reset.
  public var meaning: ResetField.Meaning
  /// Whether another bucket may have less left than this one says.
  public var isOnlyUpperBound: Bool

  /// The state of a bucket of `scope`, as far as it is stated.
  public init(
    name: String? = nil, scope: Signal.Scope, limit: Int? = nil, remaining: Int? = nil,
    window: Duration? = nil, reset: Duration? = nil, meaning: ResetField.Meaning = .windowEnd,
    isOnlyUpperBound: Bool = false
  ) {
    self.name = name
    self.scope = scope
    self.limit = limit
    self.remaining = remaining
    self.window = window
    self.reset = reset
    self.meaning = meaning
    self.isOnlyUpperBound = isOnlyUpperBound
  }
}
