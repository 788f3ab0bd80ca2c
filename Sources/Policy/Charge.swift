/// One limit that counts a request, and how much of it the request takes.
public struct Charge: Hashable, Sendable {
  /// Index of the limit in the API.
  public var limit: Int
  /// What the request takes from it, at least 1.
  public var cost: Int
  /// The endpoint its bucket stands for, where the limit is per endpoint.
  public var endpoint: String?

  /// A charge of `cost` on a limit.
  public init(limit: Int, cost: Int = 1, endpoint: String? = nil) {
    self.limit = limit
    self.cost = cost
    self.endpoint = endpoint
  }
}
