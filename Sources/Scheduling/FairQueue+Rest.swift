import HeapModule

extension FairQueue {
  /// A node at rest vanishes as soon as its finish tag is no longer ahead of the virtual time.
  mutating func rest(_ node: Int) {
    guard !nodes[node].isActive, !keeps(node) else { return }
    let parent = Int(nodes[node].parent)
    if nodes[node].finish <= groups[parent].virtualTime {
      free(node)
    } else {
      nodes[node].stamp = nextStamp()
      groups[parent].resting.insert(
        Entry(
          tag: nodes[node].finish, order: 0, stamp: nodes[node].stamp, node: Int32(node)))
    }
  }

  /// A group nobody stands in starts again behind all it has served; its nodes vanish.
  mutating func settle(_ group: Int) {
    guard groups[group].active == 0, groups[group].kept == 0 else { return }
    groups[group].virtualTime = max(groups[group].virtualTime, groups[group].maxFinish)
    groups[group].heap = Heap()
    forgetPassed(group)
  }

  /// Lets nodes vanish whose finish tag the virtual time has reached.
  mutating func forgetPassed(_ group: Int) {
    while let first = groups[group].resting.min {
      let node = Int(first.node)
      let isLive = nodes[node].stamp == first.stamp && !nodes[node].isActive && !keeps(node)
      guard !isLive || first.tag <= groups[group].virtualTime else { return }
      groups[group].resting.removeMin()
      if isLive { free(node) }
    }
  }

  mutating func resetIfIdle() {
    guard !groups.isEmpty, groups[0].active == 0, groups[0].kept == 0 else { return }
    nodes = []
    groups = []
    index = [:]
    freeNodes = []
    freeGroups = []
  }

  private func keeps(_ node: Int) -> Bool {
    nodes[node].isKept || (nodes[node].group >= 0 && groups[Int(nodes[node].group)].kept > 0)
  }

  mutating func free(_ node: Int) {
    let group = Int(nodes[node].group)
    if group > 0 {
      guard groups[group].active == 0 else { return }
      for child in groups[group].resting.unordered
      where nodes[Int(child.node)].stamp == child.stamp && nodes[Int(child.node)].isResting {
        free(Int(child.node))
      }
      groups[group].heap = Heap()
      groups[group].resting = Heap()
      freeGroups.append(Int32(group))
    }
    index[nodes[node].key] = nil
    nodes[node].stamp = nextStamp()
    nodes[node].group = -1
    freeNodes.append(Int32(node))
  }
}

extension FairQueue.Node {
  var isResting: Bool { !isActive && !isKept }
}
