/// A class of work: which requests, on which keys, how heavy, how patient.
public struct Lane: Sendable {
  /// The name in the policy file and in `/stats`.
  public var name: String
  /// The requests it takes; empty means everything no other lane takes.
  public var match: [RequestPattern]
  /// The keys it draws on, as indices into the API's keys; none when callers bring their own.
  public var keys: [Int]
  /// Its share of what lanes compete for, relative to the others; at least 1.
  public var weight: Int
  /// How long a request may wait before it is refused.
  public var maxWait: Duration
  /// What one request takes from a limit, by the limit's name; 1 where none is given.
  public var costs: [String: Int]

  /// The lane `name` with these parts; the defaults are the policy file's.
  public init(
    name: String, match: [RequestPattern] = [], keys: [Int] = [], weight: Int = 1,
    maxWait: Duration = .seconds(60), costs: [String: Int] = [:]
  ) {
    self.name = name
    self.match = match
    self.keys = keys
    self.weight = weight
    self.maxWait = maxWait
    self.costs = costs
  }
}
