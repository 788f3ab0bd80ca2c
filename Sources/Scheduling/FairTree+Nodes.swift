extension FairTree {
  func find(_ flow: Int32) -> FairPath? {
    guard let slot = flowTable.find(flow, flows) else { return nil }
    let caller = Int(flows[slot].parent)
    return FairPath(lane: Int(callers[caller].parent), caller: caller, flow: slot)
  }

  /// The nodes of a member, in the place of those of another that had its number before.
  func findOrMake(_ member: FairQueue.Member) -> FairPath {
    if let path = find(member.flow) {
      if callers[path.caller].name == member.caller, lanes[path.lane].name == member.lane {
        return path
      }
      _ = remove(member.flow)
      if let stale = find(member.flow) {
        callerGroups[stale.caller].resting.remove(stale.flow, &flows)
        free(flow: stale.flow)
      }
    }
    let lane = laneTable.find(member.lane, lanes) ?? makeLane(member)
    let parent = Int32(truncatingIfNeeded: lane)
    var caller = callerTable.find(member.caller, below: parent, callers) ?? -1
    if caller < 0 {
      let start = laneGroups[lane].virtualTime
      caller = FairTree.make(member.caller, parent, start, &callers, &freeCaller)
      if caller == callerGroups.count { callerGroups.append(FairGroup()) }
      callerTable.insert(caller, callers)
    }
    let flow = FairTree.make(
      member.flow, Int32(truncatingIfNeeded: caller), callerGroups[caller].virtualTime, &flows,
      &freeFlow)
    flowTable.insert(flow, flows)
    return FairPath(lane: lane, caller: caller, flow: flow)
  }

  private func makeLane(_ member: FairQueue.Member) -> Int {
    let lane = FairTree.make(member.lane, 0, root.virtualTime, &lanes, &freeLane)
    if lane == laneGroups.count {
      laneGroups.append(FairGroup())
      shares.append(LaneShare())
    }
    shares[lane] = LaneShare(weight: max(1, member.weight), reserve: max(0, member.reserve))
    if member.reserve > 0 { reserved += 1 }
    laneTable.insert(lane, lanes)
    return lane
  }

  /// A free node, or a new one, with a tag.
  private static func make(
    _ name: Int32, _ parent: Int32, _ tag: Int64, _ nodes: inout ContiguousArray<FairNode>,
    _ free: inout Int32
  ) -> Int {
    let node = FairNode(
      tag: tag, name: name, parent: parent, position: FairNode.nowhere, mark: 0)
    guard free >= 0 else {
      nodes.append(node)
      return nodes.count - 1
    }
    let slot = Int(free)
    free = nodes[slot].parent
    nodes[slot] = node
    return slot
  }

  func free(flow: Int) {
    flowTable.remove(flow, flows)
    flows[flow].position = FairNode.nowhere
    flows[flow].parent = freeFlow
    freeFlow = Int32(truncatingIfNeeded: flow)
  }

  func free(caller: Int) {
    callerTable.remove(caller, callers)
    callers[caller].position = FairNode.nowhere
    callers[caller].parent = freeCaller
    freeCaller = Int32(truncatingIfNeeded: caller)
    callerGroups[caller] = FairGroup()
  }

  /// Forgets a lane; one with a reserved share stays known, so that leaving and coming back does
  /// not make its next unit due.
  func free(lane: Int) {
    lanes[lane].position = FairNode.nowhere
    guard shares[lane].reserve == 0 else { return }
    laneTable.remove(lane, lanes)
    lanes[lane].parent = freeLane
    freeLane = Int32(truncatingIfNeeded: lane)
    laneGroups[lane] = FairGroup()
  }

  /// Forgets nodes at rest beside and below a path whose finish tags are reached.
  func forgetPassed(_ path: FairPath) {
    forgetFlows(path.caller)
    forgetCallers(path.lane)
    while let lane = root.popPassed(&lanes) { free(lane: lane) }
  }

  func forgetFlows(_ caller: Int) {
    while let flow = callerGroups[caller].popPassed(&flows) { free(flow: flow) }
  }

  func forgetCallers(_ lane: Int) {
    while let caller = laneGroups[lane].popPassed(&callers) { free(caller: caller) }
  }
}
