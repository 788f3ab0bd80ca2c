import Policy

/// A limit with its places; its rule is nil when it has a fault.
struct LimitDraft {
  var name: String
  var position: Position
  var scopePosition: Position
  /// Where it says that its costs are measured; nil when it does not, or a provider says so.
  var measurePosition: Position?
  /// The lanes it keeps part of its allowance for, as written.
  var reserved: [ReservedDraft] = []
  var rule: LimitRule?

  /// Puts every place where a policy names the provider that brings this limit.
  mutating func move(to position: Position) {
    self.position = position
    scopePosition = position
    measurePosition = nil
    for index in reserved.indices { reserved[index].position = position }
  }
}
