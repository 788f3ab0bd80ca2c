extension FairQueue {
  /// What a queue is likely to serve before a request.
  public struct Outlook: Hashable, Sendable {
    /// Units of all lanes.
    public var units: Int
    /// Of these, what the request's own lane is served.
    public var laneUnits: Int
  }

  /// What this queue is likely to serve before a request of a flow.
  ///
  /// Follows the tags and weights through what waits at every level; reserved shares and ageing
  /// are left out. Of over 64 nodes of one level half as many or more, spread evenly, stand for
  /// all. It is as good as the units that flows were inserted with, and `addUnits` since. What is
  /// likely to come and go before is told by what did so lately.
  ///
  /// - Parameters:
  ///   - member: the request's flow, whether it stands or not.
  ///   - ownUnits: what requests of the same flow ahead of it want.
  ///   - queues: in how many queues like this one its requests and those of others stand, at least
  ///     1; each serves its part.
  public func outlook(_ member: Member, ownUnits: Int, queues: Int = 1) -> Outlook {
    let queues = max(1, queues)
    let own = max(0, ownUnits) / queues
    return switch storage {
    case .tree(let tree): tree.outlook(member, ownUnits: ownUnits, queues: queues)
    case .sole(let sole) where !sole.isAside && sole.member.flow != member.flow:
      sole.tree.outlook(member, ownUnits: ownUnits, queues: queues)
    case .idle, .sole: Outlook(units: own, laneUnits: own)
    }
  }
}
