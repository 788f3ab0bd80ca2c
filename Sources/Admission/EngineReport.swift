/// What the engine knows of itself at one instant, for `/stats`.
public struct EngineReport: Sendable {
  /// One entry for each API, in the rulebook's order.
  public var apis: [ApiReport]
}

/// The lanes, keys and limits of one API.
public struct ApiReport: Sendable {
  /// The API's name.
  public var name: String
  /// Its lanes, in the rulebook's order.
  public var lanes: [LaneReport]
  /// Its keys, in the rulebook's order.
  public var keys: [KeyReport]
  /// Accounts the operator has shut.
  public var closedAccounts: Int
  /// Its limits, in the rulebook's order, then `connections`.
  public var limits: [LimitReport]
}

/// Who waits in a lane, and what became of the others.
public struct LaneReport: Sendable {
  /// The lane's name.
  public var name: String
  /// Tickets that wait.
  public var waiting: Int
  /// How long the one that waits longest has waited since it last queued.
  public var oldestWait: Duration
  /// Attempts granted.
  public var granted: Int
  /// Requests refused, at arrival or later.
  public var refused: Int
  /// Requests whose caller left while they waited.
  public var cancelled: Int
  /// Answers "not now" that the caller never saw.
  public var absorbed429: Int
  /// Attempts that failed, and were followed by another one.
  public var repeated: Int
  /// The median wait of a grant.
  public var waitP50: Duration
  /// The 99th percentile of the wait of a grant.
  public var waitP99: Duration
}

/// What a key is doing.
public struct KeyReport: Sendable {
  /// The key's name.
  public var name: String
  /// Requests granted on it and not ended.
  public var inFlight: Int
  /// For how long it is held; zero when open.
  public var heldFor: Duration
  /// Whether the provider turned it away; it is out until a probe succeeds.
  public var isOut: Bool
  /// The provider's own word for why it is out, if it gave one.
  public var reason: String?
}

/// How far a limit is used up.
public struct LimitReport: Sendable {
  /// The limit's name.
  public var name: String
  /// The word for its kind.
  public var kind: String
  /// How many buckets of it are kept.
  public var buckets: Int
  /// At most five buckets with the least left.
  public var fullest: [BucketReport]
}

/// One bucket of a limit.
public struct BucketReport: Sendable {
  /// For whom it stands: key, account, endpoint, lane, caller; `api` when for all.
  public var of: String
  /// The most units it holds, as far as is known now.
  public var allow: Int
  /// Units left.
  public var left: Int
  /// How long until there is room for one more unit.
  public var next: Duration
}
