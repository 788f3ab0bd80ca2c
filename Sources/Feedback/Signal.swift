/// What is to be done about an answer: "not now", for whom, why, and for how long.
public struct Signal: Hashable, Sendable {
  /// What kind of "no" it is (limits-science.md, section 6.4; its letters in brackets).
  public enum Kind: Hashable, Sendable, CaseIterable {
    /// A limit (K, A, E, G): nothing for the scope until the delay is over.
    case limit
    /// A quota until a date (Q): the scope is parked; a delay of up to `RetryAfter.farthest`.
    case quota
    /// No wait helps (P): the caller sees the answer; a key or account in scope is of no more use.
    case permanent
    /// A soft block (S): a long wait, and half the scope's pace meanwhile.
    case softBlock
    /// The provider is overloaded (U): a short wait; its limits are what they were.
    case overload
    /// Too many at once (C): fewer at once, and again after one of them ends.
    case concurrency
    /// A lock held by another request (L): the same request again within seconds.
    case lock
    /// The provider failed: nothing is held; the request may be repeated where that is safe.
    case failure
  }

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

  /// What kind of "no" it is.
  public var kind: Kind
  /// Whom it is meant for.
  public var scope: Scope
  /// The stated floor of the wait, counted from the arrival of the answer.
  ///
  /// Never negative, at most `RetryAfter.longest` (for a quota `RetryAfter.farthest`); nil when the
  /// answer states nothing usable.
  public var delay: Duration?
  /// Whether the provider did nothing, so that a request of any method may be repeated.
  public var isUnprocessed: Bool
  /// The provider's name of the bucket it blames; matches an `Estimate.name` or a limit's name.
  public var bucket: String?
  /// The dialect's word for what said so, for statistics and logs: at most 64 of `[A-Za-z0-9_.-]`.
  public var reason: String?

  /// A "not now" of `kind` for `scope`, for at least `delay`.
  public init(
    kind: Kind = .limit, scope: Scope, delay: Duration?, isUnprocessed: Bool = true,
    bucket: String? = nil, reason: String? = nil
  ) {
    self.kind = kind
    self.scope = scope
    self.delay = delay
    self.isUnprocessed = isUnprocessed
    self.bucket = bucket
    self.reason = reason
  }
}
