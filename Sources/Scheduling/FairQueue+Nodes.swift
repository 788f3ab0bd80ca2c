import HeapModule

extension FairQueue {
  static func key(lane member: Member) -> UInt64 {
    UInt64(1) << 62 | UInt64(UInt32(bitPattern: member.lane))
  }

  static func key(caller member: Member) -> UInt64 {
    UInt64(2) << 62 | UInt64(UInt32(bitPattern: member.lane)) << 32
      | UInt64(UInt32(bitPattern: member.caller))
  }

  static func key(flow: Int32) -> UInt64 { UInt64(UInt32(bitPattern: flow)) }

  func find(_ flow: Int32) -> Int? { index[FairQueue.key(flow: flow)].map { Int($0) } }

  mutating func findOrMake(_ member: Member) -> (lane: Int, caller: Int, flow: Int) {
    if let flow = find(member.flow) {
      let caller = Int(groups[Int(nodes[flow].parent)].node)
      if nodes[caller].key == FairQueue.key(caller: member) {
        return (Int(groups[Int(nodes[caller].parent)].node), caller, flow)
      }
      // The number was given to another flow while the old one's tag was at rest.
      remove(member.flow)
      if let stale = find(member.flow) { free(stale) }
    }
    if groups.isEmpty { groups.append(Group(node: -1)) }
    let lane = child(of: 0, key: FairQueue.key(lane: member), weight: member.weight, isFlow: false)
    let caller = child(
      of: nodes[lane].group, key: FairQueue.key(caller: member), weight: 1, isFlow: false)
    let flow = child(
      of: nodes[caller].group, key: FairQueue.key(flow: member.flow), weight: 1, isFlow: true)
    return (lane, caller, flow)
  }

  private mutating func child(of parent: Int32, key: UInt64, weight: Int32, isFlow: Bool) -> Int {
    if let found = index[key] { return Int(found) }
    let slot = freeNodes.popLast() ?? Int32(nodes.count)
    var group: Int32 = -1
    if !isFlow {
      group = freeGroups.popLast() ?? Int32(groups.count)
      let fresh = Group(node: slot)
      if Int(group) == groups.count { groups.append(fresh) } else { groups[Int(group)] = fresh }
    }
    let start = groups[Int(parent)].virtualTime
    let node = Node(
      parent: parent, group: group, key: key, start: start, finish: start, order: 0,
      stamp: nextStamp(), weight: max(1, weight))
    if Int(slot) == nodes.count { nodes.append(node) } else { nodes[Int(slot)] = node }
    index[key] = slot
    return Int(slot)
  }

  mutating func nextStamp() -> UInt32 {
    stamps &+= 1
    return stamps
  }

  mutating func activate(_ node: Int, keepsTag: Bool) {
    let parent = Int(nodes[node].parent)
    if !keepsTag {
      nodes[node].start = max(groups[parent].virtualTime, nodes[node].finish)
      clock += 1
      nodes[node].order = clock
    }
    nodes[node].isActive = true
    groups[parent].active += 1
    groups[parent].activeWeight += Int64(nodes[node].weight)
    push(node)
  }

  mutating func push(_ node: Int) {
    nodes[node].stamp = nextStamp()
    let entry = Entry(
      tag: nodes[node].start, order: nodes[node].order, stamp: nodes[node].stamp,
      node: Int32(node))
    let parent = Int(nodes[node].parent)
    groups[parent].heap.insert(entry)
    compact(parent)
  }

  /// Makes the nodes above an active one active; those that keep a trial below keep their tags.
  mutating func activateAncestors(of flow: Int) {
    var node = Int(groups[Int(nodes[flow].parent)].node)
    while node >= 0 {
      guard !nodes[node].isActive else { return }
      activate(node, keepsTag: groups[Int(nodes[node].group)].kept > 0)
      node = Int(groups[Int(nodes[node].parent)].node)
    }
  }

  mutating func deactivate(_ node: Int) {
    let parent = Int(nodes[node].parent)
    nodes[node].isActive = false
    nodes[node].stamp = nextStamp()
    groups[parent].active -= 1
    groups[parent].activeWeight -= Int64(nodes[node].weight)
    rest(node)
    compact(parent)
  }

  mutating func deactivateAncestors(of flow: Int) {
    var group = Int(nodes[flow].parent)
    while group > 0, groups[group].active == 0 {
      let node = Int(groups[group].node)
      settle(group)
      if nodes[node].isActive { deactivate(node) } else { rest(node) }
      group = Int(nodes[node].parent)
    }
  }

  mutating func restAncestors(of flow: Int) {
    var group = Int(nodes[flow].parent)
    while group > 0, groups[group].active == 0, groups[group].kept == 0 {
      let node = Int(groups[group].node)
      settle(group)
      guard !nodes[node].isActive else { return }
      rest(node)
      group = Int(nodes[node].parent)
    }
  }

  /// After a service the nodes above either stand at their new tag or leave.
  mutating func reactivateAncestors(of flow: Int) {
    var group = Int(nodes[flow].parent)
    while group > 0 {
      let node = Int(groups[group].node)
      if groups[group].active == 0 {
        settle(group)
        if nodes[node].isActive { deactivate(node) } else { rest(node) }
      } else if nodes[node].isActive {
        clock += 1
        nodes[node].order = clock
        push(node)
      }
      group = Int(nodes[node].parent)
    }
  }

  mutating func charge(_ node: Int, cost: Int) {
    let parent = Int(nodes[node].parent)
    let keeps =
      nodes[node].isActive || nodes[node].isKept
      || (nodes[node].group >= 0 && groups[Int(nodes[node].group)].kept > 0)
    let start =
      keeps ? nodes[node].start : max(groups[parent].virtualTime, nodes[node].finish)
    let (scaled, overflow) = Int64(cost).multipliedReportingOverflow(by: 1 << 20)
    let step = (overflow ? Int64.max >> 8 : scaled) / Int64(nodes[node].weight)
    groups[parent].virtualTime = max(groups[parent].virtualTime, start)
    let (finish, isWorn) = start.addingReportingOverflow(max(1, step))
    // At the end of their range tags are equal, and only turns count, until the queue is idle.
    nodes[node].finish = isWorn ? .max : finish
    nodes[node].start = nodes[node].finish
    groups[parent].maxFinish = max(groups[parent].maxFinish, nodes[node].finish)
  }

  /// Counts a flow as taken out for a trial, or no longer so, in all groups above it.
  mutating func countKept(_ flow: Int, by step: Int32) {
    nodes[flow].isKept = step > 0
    var group = Int(nodes[flow].parent)
    while group >= 0 {
      groups[group].kept += step
      let node = Int(groups[group].node)
      guard node >= 0 else { return }
      group = Int(nodes[node].parent)
    }
  }

  func entry(_ node: Int, isLive entry: Entry) -> Bool {
    nodes[node].isActive && nodes[node].stamp == entry.stamp
  }

  mutating func dropStale(_ group: Int) {
    while let top = groups[group].heap.min, !entry(Int(top.node), isLive: top) {
      groups[group].heap.removeMin()
    }
  }

  private mutating func compact(_ group: Int) {
    let count = groups[group].heap.count
    guard count > 64, count > 2 * Int(groups[group].active) else { return }
    let live = groups[group].heap.unordered.filter { entry(Int($0.node), isLive: $0) }
    groups[group].heap = Heap(live)
  }
}
