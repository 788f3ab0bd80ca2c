import Timekeeping

/// One level of start-time fair queueing: the lanes, a lane's callers or a caller's flows.
///
/// The nodes stand in an array of their own, which every call is given.
struct FairGroup {
  /// The start tag in service, and never less than it was.
  var virtualTime: Int64 = 0
  /// The largest finish tag so far.
  var latest: Int64 = 0
  /// Flows below that are taken out for a trial.
  var kept: Int32 = 0
  /// Units that flows standing below want.
  var units = 0
  var course = FairCourse()
  var standing = FairHeap(isResting: false)
  /// Nodes at rest, whose finish tag is still ahead of the virtual time.
  var resting = FairHeap(isResting: true)

  /// Lets a node stand: at the place it had if it was aside, else behind what it has used.
  mutating func stand(
    _ node: Int, deadline: Int64 = .max, order: UInt32,
    _ nodes: inout ContiguousArray<FairNode>
  ) {
    var order = order
    if nodes[node].isAside {
      order = nodes[node].mark
    } else {
      if nodes[node].isResting { resting.remove(node, &nodes) }
      nodes[node].tag = max(virtualTime, nodes[node].tag)
    }
    let entry = FairEntry(
      tag: nodes[node].tag, deadline: deadline, order: order,
      node: Int32(truncatingIfNeeded: node))
    standing.insert(entry, &nodes)
  }

  /// Takes a node that stands aside.
  mutating func withdraw(_ node: Int, _ nodes: inout ContiguousArray<FairNode>) {
    let order = standing.entries[Int(nodes[node].position)].order
    standing.remove(node, &nodes)
    nodes[node].position = FairNode.aside
    nodes[node].mark = order
  }

  /// Takes a node without a place aside, behind those that came before.
  mutating func keep(_ node: Int, order: UInt32, _ nodes: inout ContiguousArray<FairNode>) {
    guard nodes[node].position == FairNode.nowhere else { return }
    nodes[node].position = FairNode.aside
    nodes[node].mark = order
  }

  /// Lets a node that does not stand rest.
  ///
  /// - Returns: Whether it may be forgotten, because its finish tag is not ahead.
  mutating func rest(_ node: Int, _ nodes: inout ContiguousArray<FairNode>) -> Bool {
    guard !nodes[node].isResting else { return false }
    if nodes[node].tag <= virtualTime { return true }
    let entry = FairEntry(
      tag: nodes[node].tag, deadline: .max, order: 0, node: Int32(truncatingIfNeeded: node))
    resting.insert(entry, &nodes)
    return false
  }

  /// Charges a node for a service that starts now.
  ///
  /// - Parameters:
  ///   - step: its cost over its weight.
  ///   - isAhead: whether it is served out of turn. Others' time does not move then, and the node
  ///     falls back by at most one service: what it was promised is not held against it.
  mutating func charge(
    _ node: Int, step: Int64, isAhead: Bool = false, order: UInt32,
    _ nodes: inout ContiguousArray<FairNode>
  ) {
    if nodes[node].isResting {
      resting.remove(node, &nodes)
      nodes[node].position = FairNode.nowhere
    }
    let stands = nodes[node].isStanding
    let keepsTag = stands || nodes[node].isAside
    let start = keepsTag ? nodes[node].tag : max(virtualTime, nodes[node].tag)
    if isAhead {
      let most = max(start, virtualTime.clampedAdding(max(1, step)))
      nodes[node].tag = min(most, start.clampedAdding(max(1, step)))
    } else {
      virtualTime = max(virtualTime, start)
      // At the end of their range tags are equal, and only turns count, until the queue is idle.
      nodes[node].tag = start.clampedAdding(max(1, step))
    }
    latest = max(latest, nodes[node].tag)
    if nodes[node].isAside { nodes[node].mark = order }
    guard stands else { return }
    let entry = FairEntry(
      tag: nodes[node].tag, deadline: .max, order: order,
      node: Int32(truncatingIfNeeded: node))
    standing.replace(entry, &nodes)
  }

  /// Learns its course from a service.
  mutating func learn(_ cost: Int64, at now: Int64) {
    course.learn(cost, time: virtualTime, at: now)
  }

  /// A group nobody stands in starts again behind all it has served.
  mutating func settle() { virtualTime = max(virtualTime, latest) }

  /// Takes out a node at rest whose finish tag the virtual time has reached.
  mutating func popPassed(_ nodes: inout ContiguousArray<FairNode>) -> Int? {
    guard let first = resting.first, first.tag <= virtualTime else { return nil }
    resting.remove(Int(first.node), &nodes)
    nodes[Int(first.node)].position = FairNode.nowhere
    return Int(first.node)
  }
}
