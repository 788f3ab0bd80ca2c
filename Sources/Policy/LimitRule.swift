import Limits

/// One limit of an API: an algorithm, and for what a bucket of it stands.
public struct LimitRule: Hashable, Sendable {
  /// The name in the policy file, in refusals and in `/stats`.
  public var name: String
  /// One bucket for each combination of these.
  public var scope: LimitScope
  /// The algorithm with its numbers.
  public var kind: LimitKind
  /// The requests it counts; empty means all.
  public var match: [RequestPattern]
  /// Whether what it allows is spread over its window or day.
  public var pace: Pace
  /// Where an answer states what its request took; nil where the lane's cost is what it takes.
  public var measure: Measure?
  /// The lanes it keeps part of its allowance for while time is left, in percent, by their names.
  public var reserved: [String: Int]

  /// The limit `name` for each combination in `scope`.
  public init(
    name: String, scope: LimitScope, kind: LimitKind, match: [RequestPattern] = [],
    pace: Pace = .free, measure: Measure? = nil, reserved: [String: Int] = [:]
  ) {
    self.name = name
    self.scope = scope
    self.kind = kind
    self.match = match
    self.pace = pace
    self.measure = measure
    self.reserved = reserved
  }
}
