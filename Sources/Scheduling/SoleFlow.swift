/// The only flow a queue knows, which needs no tags.
///
/// Most buckets belong to one account, and at most one flow of it waits there.
final class SoleFlow {
  let member: FairQueue.Member
  let share: LaneShare
  /// What its last service cost, which is how far its tags are ahead; 0 before the first.
  let charged: Int
  /// Whether its head is taken out for a trial.
  let isAside: Bool

  init(_ member: FairQueue.Member, share: LaneShare, charged: Int = 0, isAside: Bool = false) {
    self.member = member
    self.share = share
    self.charged = charged
    self.isAside = isAside
  }

  /// One that comes to stand in an idle queue.
  convenience init(_ member: FairQueue.Member, at now: Int64) {
    var share = LaneShare(weight: max(1, member.weight), reserve: max(0, member.reserve))
    share.stand(at: now)
    self.init(member, share: share)
  }

  /// The same as it is after a service, when more of the flow wait.
  func served(cost: Int, at now: Int64) -> SoleFlow {
    var share = share
    share.pay(cost, at: now)
    return SoleFlow(member, share: share, charged: max(1, cost), isAside: true)
  }

  /// The same in the form that takes others in too.
  var tree: FairTree {
    let tree = FairTree()
    tree.insert(member, at: share.since)
    if charged > 0 {
      tree.serve(member, cost: charged, isOver: false, at: share.since)
      if !isAside { tree.insert(member, at: share.since) }
    } else if isAside {
      _ = tree.suspend(member.flow)
    }
    tree.shares[0] = share
    return tree
  }
}
