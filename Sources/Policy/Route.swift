/// What the rulebook says of one request: where it goes, for whom, and which limits count it.
public struct Route: Sendable {
  /// Index of the API in the rulebook.
  public var api: Int
  /// Index of the lane in the API.
  public var lane: Int
  /// Whom the request acts for, when the request says so.
  public var account: String?
  /// Who sent it.
  public var caller: String
  /// Stands for the caller's own credential where the API forwards that instead of a key of ours.
  ///
  /// A digest, never the credential: it names the key's buckets.
  public var ownKey: String?
  /// Method and path with identifiers replaced by `*`: what holds of an endpoint are kept by.
  public var endpoint: String
  /// The limits that count this request.
  public var charges: [Charge]
  /// Whether it may be sent again once it may have been processed.
  public var repeatability: Repeatability
  /// The batch it belongs to; nil for a request of its own.
  public var batch: String?

  /// A route with these parts.
  public init(
    api: Int, lane: Int, account: String? = nil, caller: String, ownKey: String? = nil,
    endpoint: String, charges: [Charge], repeatability: Repeatability = .once, batch: String? = nil
  ) {
    self.api = api
    self.lane = lane
    self.account = account
    self.caller = caller
    self.ownKey = ownKey
    self.endpoint = endpoint
    self.charges = charges
    self.repeatability = repeatability
    self.batch = batch
  }
}
