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
