import Limits

/// A class of work: which requests, on which keys, how heavy, how patient.
public struct Lane: Hashable, Sendable {
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
  /// What it gets of the limits it competes for before weights count; nil when nothing is its own.
  public var reserve: Rate?
  /// Whether the requests of one account stay on one key of the lane.
  public var isSticky: Bool
  /// When a request of a sticky lane may take another key.
  public var spill: Spill

  /// The lane `name` with these parts; the defaults are the policy file's.
  public init(
    name: String, match: [RequestPattern] = [], keys: [Int] = [], weight: Int = 1,
    maxWait: Duration = .seconds(60), costs: [String: Int] = [:],
    reserve: Rate? = nil, isSticky: Bool = false, spill: Spill = .whenOut
  ) {
    self.name = name
    self.match = match
    self.keys = keys
    self.weight = weight
    self.maxWait = maxWait
    self.costs = costs
    self.reserve = reserve
    self.isSticky = isSticky
    self.spill = spill
  }
}
