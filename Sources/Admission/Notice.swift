/// Something the operator should know: for the log, never with a secret.
public struct Notice: Hashable, Sendable {
  /// What happened.
  public enum Event: Hashable, Sendable {
    /// The provider turned a key away; it is tried again with one request after the time.
    case keyOut(key: String, after: Duration)
    /// A probe of a key that was out succeeded.
    case keyBack(key: String)
    /// The provider turned an account away; it is tried again after the time.
    case accountOut(account: String, after: Duration)
    /// A quota is used up until the time has passed.
    case quotaUsedUp(scope: String, after: Duration)
    /// The provider refused what the declared limit allows.
    case limitTooHigh(limit: String)
    /// The provider states another limit than the policy, and it is followed.
    case limitMoved(limit: String, to: Int)
    /// Repetitions are refused: the budget is spent.
    case retryBudgetSpent
  }

  /// The API's name.
  public var api: String
  /// What happened.
  public var event: Event
  /// The provider's own word for the reason, if it gave one.
  public var reason: String?

  /// A notice about an API.
  public init(api: String, event: Event, reason: String? = nil) {
    self.api = api
    self.event = event
    self.reason = reason
  }
}
