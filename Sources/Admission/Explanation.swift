import Timekeeping

/// What one request would meet if it came now: for operators who ask why.
public struct Explanation: Hashable, Sendable {
  /// The civil time it holds for.
  public var wall: WallTime
  /// The API's name.
  public var api: String
  /// The lane's name.
  public var lane: String
  /// Whom it acts for; nil when the request does not say.
  public var account: String?
  /// Who sends it.
  public var caller: String
  /// Method and path with identifiers replaced by `*`.
  public var endpoint: String
  /// How long it may wait.
  public var patience: Duration
  /// What stands in the way with each key it may use, in the lane's order; never none.
  public var keys: [KeyOutlook]
  /// Until it is likely to go, early rather than late; zero when at once, nil when never.
  public var wait: Duration?
  /// Until it goes if all that waits for its buckets now goes first; nil when never.
  public var longestWait: Duration?
  /// What decides the wait; nil when nothing stands in the way.
  public var blocker: Blocker?
  /// Why it would be refused at its arrival; nil when it would not.
  public var refusal: Refusal.Reason?
  /// Tickets that wait before it in its own flow.
  public var aheadInFlow: Int
  /// Tickets that wait in its lane.
  public var aheadInLane: Int
}

extension Explanation {
  /// The buckets a request takes from with one key.
  public struct KeyOutlook: Hashable, Sendable {
    /// The key's name; nil when the caller brings its own or the API takes none.
    public var key: String?
    /// Until all of them are likely to have room; nil when never.
    public var wait: Duration?
    /// The buckets in the policy's order, then what is held, then the connections.
    public var buckets: [BucketOutlook]
  }

  /// One bucket a request takes from.
  public struct BucketOutlook: Hashable, Sendable {
    /// The limit's name, or what of the API is held.
    public var limit: String
    /// The word for the limit's kind; `hold` for a scope without a limit that is held.
    public var kind: String
    /// For whom the bucket stands: key, account, endpoint, lane, caller; `api` when for all.
    public var of: String
    /// Units the request takes.
    public var cost: Int
    /// Units left; nil without a limit.
    public var left: Int?
    /// The most units it ever holds; nil without a limit.
    public var capacity: Int?
    /// Units that waiting requests want of it.
    public var queued: Int
    /// Until it is likely to have room for the request, what is ahead included; nil when never.
    public var wait: Duration?
    /// For how long an answer holds it.
    public var heldFor: Duration
    /// Whether only an answer to a request under way makes room.
    public var needsAnswer: Bool
  }

  /// The bucket that decides when a request goes.
  public struct Blocker: Hashable, Sendable {
    /// The limit's name, or what of the API is held.
    public var limit: String
    /// For whom the bucket stands.
    public var of: String
    /// Until it has room for this request were it alone; nil when never.
    public var opens: Duration?
    /// At most five accounts with the most tickets that wait for it, the largest first.
    public var accounts: [Waiters]
  }

  /// Tickets of one account.
  public struct Waiters: Hashable, Sendable {
    /// The account; nil for requests without one.
    public var account: String?
    /// How many of its tickets wait.
    public var waiting: Int
  }
}
