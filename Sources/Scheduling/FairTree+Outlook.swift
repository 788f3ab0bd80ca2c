extension FairTree {
  /// What the queue gives before a request of a flow: see `FairQueue.unitsBefore`.
  func outlook(_ member: FairQueue.Member, ownUnits: Int, queues: Int) -> FairQueue.Outlook {
    let lane = laneTable.find(member.lane, lanes)
    let caller = lane.flatMap {
      callerTable.find(member.caller, below: Int32(truncatingIfNeeded: $0), callers)
    }
    func part(_ units: Int) -> Int { (units + queues - 1) / queues }
    var units = max(0, ownUnits) / queues
    if let caller {
      let group = callerGroups[caller]
      let found = find(member.flow)
      let own = found?.caller == caller ? found?.flow : nil
      let place = group.place(of: own, deadline: member.deadline, order: order &+ 1, flows)
      let known = place.node >= 0 ? Int(flows[Int(place.node)].mark) : 0
      units = group.unitsBefore(
        place, own: units, stride: 1, total: part(group.units - known),
        wanted: { part(Int(flows[$0].mark)) }, step: { _ in 1 })
    }
    if let lane {
      let group = laneGroups[lane]
      let place = group.place(of: caller, order: order &+ 1, callers)
      let known = place.node >= 0 ? callerGroups[Int(place.node)].units : 0
      units = group.unitsBefore(
        place, own: units, stride: 1, total: part(group.units - known),
        wanted: { part(callerGroups[$0].units) }, step: { _ in 1 })
    }
    let place = root.place(of: lane, order: order &+ 1, lanes)
    let weight = Int64(lane.map { shares[$0].weight } ?? max(1, member.weight))
    let known = place.node >= 0 ? laneGroups[Int(place.node)].units : 0
    let all = root.unitsBefore(
      place, own: units, stride: max(1, FairTree.scale / weight),
      total: part(root.units - known), wanted: { part(laneGroups[$0].units) },
      step: { max(1, FairTree.scale / Int64(shares[$0].weight)) })
    return FairQueue.Outlook(units: all, laneUnits: units)
  }
}
