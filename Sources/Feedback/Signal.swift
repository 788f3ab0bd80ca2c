/// What an answer says about limits: "not now", for whom, and for how long.
public struct Signal: Hashable, Sendable {
  /// Whom a "not now" is meant for.
  public enum Scope: Hashable, Sendable, CaseIterable {
    /// Everything sent with the same API key.
    case key
    /// Everything sent for the same account, whatever the key.
    case account
    /// Every request to the same endpoint.
    case endpoint
    /// Everything sent to the same API.
    case api
    /// The narrowest limit the request took from: one the answer does not name, but not the key's.
    case narrowest
  }

  /// Whom the "not now" is meant for.
  public var scope: Scope
  /// The stated floor of the wait, counted from the arrival of the answer.
  ///
  /// Never negative, at most `RetryAfter.longest`; nil when the answer states nothing usable.
  public var delay: Duration?

  /// A "not now" for `scope`, for at least `delay`.
  public init(scope: Scope, delay: Duration?) {
    self.scope = scope
    self.delay = delay
  }
}
