import Scheduling

/// Hierarchical start-time fair queueing with reserved shares, ageing and deadlines, by linear
/// scans over nodes that it never forgets: the oracle.
final class NaiveFairQueue {
  final class Node {
    let weight: Int64
    let reserve: Int64
    let flow: Int32
    var children: [Int32: Node] = [:]
    var virtualTime: Int64 = 0
    var maxFinish: Int64 = 0
    var start: Int64 = 0
    var finish: Int64 = 0
    var order: Int64 = 0
    var deadline = Int64.max
    var due = Int64.min
    var since: Int64 = 0
    var stands = false
    var isKept = false

    init(weight: Int64, reserve: Int64 = 0, flow: Int32 = -1) {
      self.weight = weight
      self.reserve = reserve
      self.flow = flow
    }

    var isActive: Bool { flow >= 0 ? stands : children.values.contains { $0.isActive } }
    var keeps: Bool { flow >= 0 ? isKept : children.values.contains { $0.keeps } }

    var active: [Node] {
      children.values.filter { $0.isActive }.sorted {
        ($0.start, $0.deadline, $0.order) < ($1.start, $1.deadline, $1.order)
      }
    }
  }

  private let root = Node(weight: 1)
  private var order: Int64 = 0
  private var servicesSinceAged = 1_000

  private func path(_ member: FairQueue.Member) -> [Node] {
    let lane = child(
      of: root, member.lane, Node(weight: Int64(member.weight), reserve: member.reserve))
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

  func first(at now: Int64) -> Int32? {
    guard let lane = turn(at: now)?.lane else { return nil }
    return lane.active.first?.active.first?.flow
  }

  private func turn(at now: Int64) -> (lane: Node, isAged: Bool, isOutOfTurn: Bool)? {
    let lanes = root.active
    guard let first = lanes.first else { return nil }
    let aged = lanes.filter { now - $0.since > 60_000_000_000 }
    if servicesSinceAged >= 19, let since = aged.map({ $0.since }).min(),
      let lane = aged.first(where: { $0.since == since })
    {
      return (lane, true, lane !== first)
    }
    let due = lanes.filter { $0.reserve > 0 && $0.due <= now }
    if let least = due.map({ $0.due }).min(), let lane = due.first(where: { $0.due == least }) {
      return (lane, false, lane !== first)
    }
    return (first, false, false)
  }

  func insert(_ member: FairQueue.Member, at now: Int64) {
    let path = path(member)
    path[3].deadline = member.deadline
    guard !path[3].stands else { return }
    let keepsTag = path.map { $0.keeps }
    let wasActive = path.map { $0.isActive }
    for level in [3, 2, 1] where !wasActive[level] && !keepsTag[level] {
      path[level].start = max(path[level - 1].virtualTime, path[level].finish)
      order += 1
      path[level].order = order
      guard level == 1 else { continue }
      path[1].due = max(path[1].due, now)
      path[1].since = now
    }
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

  func serve(_ member: FairQueue.Member, cost: Int, isOver: Bool, at now: Int64) {
    let path = path(member)
    let turn = turn(at: now)
    let isAged = turn.map { $0.isAged && $0.lane === path[1] } ?? false
    servicesSinceAged = isAged ? 0 : servicesSinceAged + 1
    let isDue = path[1].reserve > 0 && path[1].due <= now
    let isAhead = path[1].isActive && root.active.first !== path[1] && (isAged || isDue)
    for level in 1...3 {
      let node = path[level]
      let parent = path[level - 1]
      let start =
        node.isActive || node.keeps ? node.start : max(parent.virtualTime, node.finish)
      let step = max(1, (Int64(cost) << (level == 1 ? 24 : 0)) / node.weight)
      if level == 1 && isAhead {
        node.finish = min(start + step, max(start, parent.virtualTime + step))
      } else {
        parent.virtualTime = max(parent.virtualTime, start)
        node.finish = start + step
      }
      node.start = node.finish
      parent.maxFinish = max(parent.maxFinish, node.finish)
    }
    path[1].since = now
    let next = max(path[1].due + path[1].reserve * Int64(cost), now)
    path[1].due = max(path[1].due, min(next, now + 2 * path[1].reserve * Int64(cost)))
    path[3].stands = false
    path[3].isKept = !isOver
    for level in [3, 2, 1] where path[level].isActive || path[level].keeps {
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

  /// A queue nobody waits in starts anew, as if it had never been used.
  var isIdle: Bool { !root.isActive && !root.keeps }

  func forget() {
    root.children = [:]
    root.virtualTime = 0
    root.maxFinish = 0
    servicesSinceAged = 1_000
  }
}
