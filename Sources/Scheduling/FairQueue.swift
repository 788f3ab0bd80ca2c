import HeapModule

/// Start-time fair queueing over three levels: lanes by weight, their callers, their flows.
///
/// Goyal, Vin and Cheng (SIGCOMM 1996): each node is served in the order of its start tag
/// `S = max(v, F)`, where `F` grows by cost over weight, and `v` is the start tag in service. Only
/// heads of flows stand in it. A head taken out for a trial keeps its tags and its place. Integer
/// tags; every operation takes O(log n), and a queue nobody waits in holds nothing.
public struct FairQueue: Sendable {
  struct Entry: Comparable, Sendable {
    var tag: Int64
    var order: Int64
    var stamp: UInt32
    var node: Int32

    static func < (lhs: Entry, rhs: Entry) -> Bool {
      lhs.tag == rhs.tag ? lhs.order < rhs.order : lhs.tag < rhs.tag
    }
  }

  struct Node: Sendable {
    /// The group it competes in.
    var parent: Int32
    /// The group of its children, -1 for a flow.
    var group: Int32
    var key: UInt64
    var start: Int64
    var finish: Int64
    var order: Int64
    /// Tells entries that still count from stale ones.
    var stamp: UInt32
    var weight: Int32
    var isActive = false
    /// Taken out for a trial: its tags are kept.
    var isKept = false
  }

  struct Group: Sendable {
    /// The node it belongs to, -1 for the root.
    var node: Int32
    var virtualTime: Int64 = 0
    var maxFinish: Int64 = 0
    var active: Int32 = 0
    var kept: Int32 = 0
    var activeWeight: Int64 = 0
    var heap = Heap<Entry>()
    /// Nodes at rest whose finish tag is still ahead of the virtual time.
    var resting = Heap<Entry>()
  }

  /// One flow and whom it belongs to; the lane's weight is that of its first flow.
  public struct Member: Hashable, Sendable {
    /// The flow's number.
    public var flow: Int32
    /// The caller's number.
    public var caller: Int32
    /// The lane's number, below 2^24.
    public var lane: Int32
    /// The lane's share relative to others, at least 1.
    public var weight: Int32

    /// A flow of a caller in a lane.
    public init(flow: Int32, caller: Int32, lane: Int32, weight: Int32) {
      self.flow = flow
      self.caller = caller
      self.lane = lane
      self.weight = weight
    }
  }

  var nodes = ContiguousArray<Node>()
  var groups = ContiguousArray<Group>()
  var index: [UInt64: Int32] = [:]
  var freeNodes: [Int32] = []
  var freeGroups: [Int32] = []
  var clock: Int64 = 0
  var stamps: UInt32 = 0

  /// An empty queue.
  public init() {}

  /// Whether nobody stands in it.
  public var isEmpty: Bool { groups.isEmpty || groups[0].active == 0 }

  /// How many flows stand in it, counted one by one: for tests and reports.
  public var standing: Int {
    nodes.count { $0.group < 0 && $0.isActive }
  }

  /// Whether it remembers nothing, neither who waits nor tags.
  public var isIdle: Bool { groups.isEmpty }

  /// The flow whose turn it is.
  public mutating func first() -> Int32? {
    guard !isEmpty else { return nil }
    var group = 0
    while true {
      dropStale(group)
      guard let top = groups[group].heap.min else { return nil }
      let node = nodes[Int(top.node)]
      if node.group < 0 { return Int32(truncatingIfNeeded: node.key & 0xFFFF_FFFF) }
      group = Int(node.group)
    }
  }

  /// Lets a flow's head stand in the queue: at the place it had, if it was taken out for a trial.
  public mutating func insert(_ member: Member) {
    let path = findOrMake(member)
    guard !nodes[path.flow].isActive else { return }
    let kept = nodes[path.flow].isKept
    activate(path.flow, keepsTag: kept)
    activateAncestors(of: path.flow)
    if kept { countKept(path.flow, by: -1) }
  }

  /// Takes a flow's head out for a trial; its tags and place are kept.
  ///
  /// - Returns: Whether it stood in the queue.
  @discardableResult
  public mutating func suspend(_ flow: Int32) -> Bool {
    guard let node = find(flow), nodes[node].isActive else { return false }
    countKept(node, by: 1)
    deactivate(node)
    deactivateAncestors(of: node)
    return true
  }

  /// Takes a flow out: nobody of it waits any more.
  ///
  /// - Returns: Whether it stood in the queue.
  @discardableResult
  public mutating func remove(_ flow: Int32) -> Bool {
    guard let node = find(flow) else { return false }
    let stood = nodes[node].isActive
    if nodes[node].isKept { countKept(node, by: -1) }
    if stood {
      deactivate(node)
      deactivateAncestors(of: node)
    } else {
      rest(node)
      restAncestors(of: node)
    }
    resetIfIdle()
    return stood
  }

  /// Charges `cost` to a flow that goes now, and takes its head out.
  public mutating func serve(_ member: Member, cost: Int) {
    let path = findOrMake(member)
    for node in [path.lane, path.caller, path.flow] { charge(node, cost: cost) }
    if nodes[path.flow].isKept { countKept(path.flow, by: -1) }
    if nodes[path.flow].isActive { deactivate(path.flow) } else { rest(path.flow) }
    reactivateAncestors(of: path.flow)
    for node in [path.flow, path.caller, path.lane] {
      guard nodes[node].parent >= 0 else { continue }
      forgetPassed(Int(nodes[node].parent))
    }
    resetIfIdle()
  }

  /// How many turns others take for each turn of this flow, its own included, as a fraction.
  public func turns(_ member: Member) -> (numerator: Int, denominator: Int) {
    let weight = Int(max(1, member.weight))
    guard !isEmpty else { return (1, 1) }
    var weights = Int(groups[0].activeWeight)
    var callers = 1
    var flows = 1
    let lane = index[FairQueue.key(lane: member)]
    if lane.map({ nodes[Int($0)].isActive }) != true { weights += weight }
    if let lane {
      let group = groups[Int(nodes[Int(lane)].group)]
      let caller = index[FairQueue.key(caller: member)]
      let stands = caller.map { nodes[Int($0)].isActive } == true
      callers = max(1, Int(group.active) + (stands ? 0 : 1))
      if let caller {
        let flow = find(member.flow).map { nodes[$0].isActive } == true
        flows = max(1, Int(groups[Int(nodes[Int(caller)].group)].active) + (flow ? 0 : 1))
      }
    }
    return (weights * callers * flows, weight)
  }
}
