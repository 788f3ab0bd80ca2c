/// What a request took from a limit in fact, where only the answer tells.
public struct Spent: Hashable, Sendable {
  /// Index of the limit in the API.
  public var limit: Int
  /// Units it took.
  public var units: Int

  /// `units` of the limit with this index.
  public init(limit: Int, units: Int) {
    self.limit = limit
    self.units = units
  }
}
