extension FairQueue {
  /// One flow, whom it belongs to and what its head wants.
  ///
  /// The lane's weight and reserved share are those of the flow that made the queue know it.
  public struct Member: Hashable, Sendable {
    /// The flow's number, not negative.
    public var flow: Int32
    /// The caller's number.
    public var caller: Int32
    /// The lane's number.
    public var lane: Int32
    /// The lane's share relative to others, 1 to 10,000.
    public var weight: Int32
    /// When the flow's head must have gone, in nanoseconds of `Instant`; `.max` for never.
    public var deadline: Int64
    /// The lane's reserved share of this queue, in nanoseconds per unit; 0 for none.
    public var reserve: Int64
    /// Units of this queue that the flow's waiting requests want, its head's included.
    public var units: Int32

    /// A flow of a caller in a lane.
    public init(
      flow: Int32, caller: Int32, lane: Int32, weight: Int32, deadline: Int64 = .max,
      reserve: Int64 = 0, units: Int32 = 1
    ) {
      self.flow = flow
      self.caller = caller
      self.lane = lane
      self.weight = weight
      self.deadline = deadline
      self.reserve = reserve
      self.units = units
    }
  }
}
