/// What the rulebook says of every request with one method and one path.
public final class EndpointRoute: Sendable {
  /// Index of the API in the rulebook.
  public let api: Int
  /// Index of the lane in the API.
  public let lane: Int
  /// Method and path with identifiers replaced by `*`: what holds of an endpoint are kept by.
  public let label: String
  /// The limits that count the requests.
  public let charges: [Charge]
  /// Whether a request's body may name the account.
  ///
  /// False where the path names it already, and for TRACE, which has no body (RFC 9110 section
  /// 9.3.8). A header may still name the account: then the body is not looked at.
  public let needsBody: Bool
  /// The first of the API's selectors that the path satisfies, and the name it finds.
  let account: (selector: Int, name: String)?
  /// Whether the method alone, or a key that is added, makes them safe to repeat.
  let repeatability: Repeatability

  init(
    api: Int, lane: Int, label: String, charges: [Charge], needsBody: Bool = false,
    account: (selector: Int, name: String)? = nil, repeatability: Repeatability = .once
  ) {
    self.api = api
    self.lane = lane
    self.label = label
    self.charges = charges
    self.needsBody = needsBody
    self.account = account
    self.repeatability = repeatability
  }
}
