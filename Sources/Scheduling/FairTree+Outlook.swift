extension FairTree {
  /// What the queue gives before a request of a flow: see `FairQueue.unitsBefore`.
  func unitsBefore(_ member: FairQueue.Member, ownUnits: Int) -> Int {
    let lane = laneTable.find(member.lane, lanes)
    let caller = lane.flatMap {
      callerTable.find(member.caller, below: Int32(truncatingIfNeeded: $0), callers)
    }
    var units = max(0, ownUnits)
    if let caller {
      let found = find(member.flow)
      let own = found?.caller == caller ? found?.flow : nil
      let place = callerGroups[caller].place(
        of: own, deadline: member.deadline, order: order &+ 1, flows)
      units = units.clampedAdding(
        callerGroups[caller].unitsBefore(
          place, own: place.node >= 0 ? Int(flows[Int(place.node)].mark) : 0,
          end: Int64(units), wanted: { Int(flows[$0].mark) }, step: { _ in 1 }))
    }
    if let lane {
      let place = laneGroups[lane].place(of: caller, order: order &+ 1, callers)
      units = units.clampedAdding(
        laneGroups[lane].unitsBefore(
          place, own: place.node >= 0 ? callerGroups[Int(place.node)].units : 0,
          end: Int64(units), wanted: { callerGroups[$0].units }, step: { _ in 1 }))
    }
    let place = root.place(of: lane, order: order &+ 1, lanes)
    let weight = Int64(lane.map { shares[$0].weight } ?? max(1, member.weight))
    let (scaled, overflow) = Int64(units).multipliedReportingOverflow(by: FairTree.scale)
    return units.clampedAdding(
      root.unitsBefore(
        place, own: place.node >= 0 ? laneGroups[Int(place.node)].units : 0,
        end: (overflow ? .max : scaled) / weight, wanted: { laneGroups[$0].units },
        step: { max(1, FairTree.scale / Int64(shares[$0].weight)) }))
  }
}
