import Scheduling

/// Hierarchical start-time fair queueing with linear scans that never forgets a node: the oracle.
final class NaiveFairQueue {
  final class Node {
    let weight: Int64
    let flow: Int32
    var children: [Int32: Node] = [:]
    var virtualTime: Int64 = 0
    var maxFinish: Int64 = 0
    var start: Int64 = 0
    var finish: Int64 = 0
    var order: Int64 = 0
    var stands = false
    var isKept = false

    init(weight: Int64, flow: Int32 = -1) {
      self.weight = weight
      self.flow = flow
    }

    var isActive: Bool { flow >= 0 ? stands : children.values.contains { $0.isActive } }
    var keeps: Bool { flow >= 0 ? isKept : children.values.contains { $0.keeps } }
  }

  private let root = Node(weight: 1)
  private var order: Int64 = 0

  private func path(_ member: FairQueue.Member) -> [Node] {
    let lane = child(of: root, member.lane, Node(weight: Int64(member.weight)))
    let caller = child(of: lane, member.caller, Node(weight: 1))
    let flow = child(of: caller, member.flow, Node(weight: 1, flow: member.flow))
    return [root, lane, caller, flow]
  }

  private func child(of parent: Node, _ key: Int32, _ fresh: @autoclosure () -> Node) -> Node {
    if let found = parent.children[key] { return found }
    let node = fresh()
    parent.children[key] = node
    return node
  }

  func first() -> Int32? {
    guard root.isActive else { return nil }
    var node = root
    while node.flow < 0 {
      let active = node.children.values.filter { $0.isActive }
      guard let least = active.min(by: { ($0.start, $0.order) < ($1.start, $1.order) }) else {
        return nil
      }
      node = least
    }
    return node.flow
  }

  func insert(_ member: FairQueue.Member) {
    let path = path(member)
    guard !path[3].stands else { return }
    var keepsTag = [false, path[1].keeps, path[2].keeps, path[3].isKept]
    let wasActive = path.map { $0.isActive }
    for level in [3, 2, 1] where level == 3 || !wasActive[level] {
      if !keepsTag[level] {
        path[level].start = max(path[level - 1].virtualTime, path[level].finish)
        order += 1
        path[level].order = order
      }
    }
    keepsTag = []
    path[3].stands = true
    path[3].isKept = false
  }

  func suspend(_ member: FairQueue.Member) {
    let path = path(member)
    guard path[3].stands else { return }
    path[3].stands = false
    path[3].isKept = true
  }

  func remove(_ member: FairQueue.Member) {
    let path = path(member)
    path[3].stands = false
    path[3].isKept = false
    settle(path)
  }

  func serve(_ member: FairQueue.Member, cost: Int) {
    let path = path(member)
    for level in 1...3 {
      let node = path[level]
      let parent = path[level - 1]
      let start =
        node.isActive || node.keeps ? node.start : max(parent.virtualTime, node.finish)
      parent.virtualTime = max(parent.virtualTime, start)
      node.finish = start + max(1, (Int64(cost) << 20) / node.weight)
      node.start = node.finish
      parent.maxFinish = max(parent.maxFinish, node.finish)
    }
    path[3].stands = false
    path[3].isKept = false
    for level in [2, 1] where path[level].isActive {
      order += 1
      path[level].order = order
    }
    settle(path)
  }

  private func settle(_ path: [Node]) {
    for node in path.prefix(3) where !node.isActive && !node.keeps {
      node.virtualTime = max(node.virtualTime, node.maxFinish)
    }
  }
}
