/// How many requests may wait.
public struct QueueBounds: Hashable, Sendable {
  /// Most requests that wait in one lane.
  public var perLane: Int
  /// Most requests that wait in all.
  public var total: Int

  /// Bounds of `perLane` and `total` waiting requests.
  public init(perLane: Int = 10_000, total: Int = 100_000) {
    self.perLane = perLane
    self.total = total
  }
}
