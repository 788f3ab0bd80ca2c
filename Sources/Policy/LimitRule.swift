import Limits

/// One limit of an API: an algorithm, and for what a bucket of it stands.
public struct LimitRule: Sendable {
  /// The name in the policy file, in refusals and in `/stats`.
  public var name: String
  /// One bucket for each combination of these.
  public var scope: LimitScope
  /// The algorithm with its numbers.
  public var kind: LimitKind
  /// The requests it counts; empty means all.
  public var match: [RequestPattern]

  /// The limit `name` for each combination in `scope`.
  public init(name: String, scope: LimitScope, kind: LimitKind, match: [RequestPattern] = []) {
    self.name = name
    self.scope = scope
    self.kind = kind
    self.match = match
  }
}

/// What one bucket of a limit stands for: any combination of these.
public struct LimitScope: OptionSet, Hashable, Sendable {
  /// A bit for each dimension.
  public let rawValue: UInt8

  /// The combination with these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// One bucket for the whole API.
  public static let api: LimitScope = []
  /// One bucket for each API key.
  public static let key = LimitScope(rawValue: 1)
  /// One bucket for each account.
  public static let account = LimitScope(rawValue: 2)
  /// One bucket for each endpoint: the pattern that matched, else method and path.
  public static let endpoint = LimitScope(rawValue: 4)
  /// One bucket for each lane.
  public static let lane = LimitScope(rawValue: 8)
  /// One bucket for each caller.
  public static let caller = LimitScope(rawValue: 16)
}

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
