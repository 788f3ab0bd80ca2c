import Timekeeping

/// The nodes of a queue in which more than one flow stands or keeps a place.
final class FairTree {
  /// Tags of lanes count in this many parts of a unit, so that weights of 10,000 come out even.
  static let scale: Int64 = 1 << 24

  var lanes = ContiguousArray<FairNode>()
  var callers = ContiguousArray<FairNode>()
  var flows = ContiguousArray<FairNode>()
  var shares = ContiguousArray<LaneShare>()
  var root = FairGroup()
  var laneGroups = ContiguousArray<FairGroup>()
  var callerGroups = ContiguousArray<FairGroup>()
  var laneTable = SlotTable(isByParent: false)
  var callerTable = SlotTable(isByParent: true)
  var flowTable = SlotTable(isByParent: false)
  /// The first of the free nodes of each kind, or -1.
  var freeLane: Int32 = -1
  var freeCaller: Int32 = -1
  var freeFlow: Int32 = -1
  var order: UInt32 = 0
  /// Known lanes with a reserved share.
  var reserved = 0
  /// Services since an aged lane was served for its age; not counted beyond what opens a turn.
  var servicesSinceAged = FairQueue.ageingTurn - 1
  /// No lane that stands was served longer ago.
  var oldest = Int64.max

  init() {}

  init(copying other: FairTree) {
    lanes = other.lanes
    callers = other.callers
    flows = other.flows
    shares = other.shares
    root = other.root
    laneGroups = other.laneGroups
    callerGroups = other.callerGroups
    laneTable = other.laneTable
    callerTable = other.callerTable
    flowTable = other.flowTable
    freeLane = other.freeLane
    freeCaller = other.freeCaller
    freeFlow = other.freeFlow
    order = other.order
    reserved = other.reserved
    servicesSinceAged = other.servicesSinceAged
    oldest = other.oldest
  }

  var isIdle: Bool { root.standing.isEmpty && root.kept == 0 }

  /// The flow whose turn it is; nil when none stands.
  func first(at now: Int64) -> Int32? {
    guard let lane = nextLane(at: now), let caller = laneGroups[lane].standing.first,
      let flow = callerGroups[Int(caller.node)].standing.first
    else { return nil }
    return flows[Int(flow.node)].name
  }

  /// The flow whose turn it would be without some lanes.
  func first(at now: Int64, besides names: [Int32]) -> Int32? {
    var found: FairEntry?
    for entry in root.standing.entries where !names.contains(lanes[Int(entry.node)].name) {
      guard let best = found else {
        found = entry
        continue
      }
      let isDue = shares[Int(entry.node)].isDue(at: now)
      let wasDue = shares[Int(best.node)].isDue(at: now)
      if isDue == wasDue ? entry.precedes(best) : isDue { found = entry }
    }
    guard let lane = found, let caller = laneGroups[Int(lane.node)].standing.first,
      let flow = callerGroups[Int(caller.node)].standing.first
    else { return nil }
    return flows[Int(flow.node)].name
  }

  func insert(_ member: FairQueue.Member, at now: Int64) {
    let path = findOrMake(member)
    let units = UInt32(max(1, member.units))
    if flows[path.flow].isStanding {
      addUnits(Int(units) - Int(flows[path.flow].mark), path)
      flows[path.flow].mark = units
      let place = Int(flows[path.flow].position)
      var entry = callerGroups[path.caller].standing.entries[place]
      guard entry.deadline != member.deadline else { return }
      entry.deadline = member.deadline
      callerGroups[path.caller].standing.replace(entry, &flows)
      return
    }
    let kept = flows[path.flow].isAside
    callerGroups[path.caller].stand(
      path.flow, deadline: member.deadline, order: nextOrder(), &flows)
    flows[path.flow].mark = units
    addUnits(Int(units), path)
    if !callers[path.caller].isStanding {
      laneGroups[path.lane].stand(path.caller, order: nextOrder(), &callers)
    }
    if !lanes[path.lane].isStanding {
      if !lanes[path.lane].isAside { shares[path.lane].stand(at: now) }
      oldest = min(oldest, shares[path.lane].since)
      root.stand(path.lane, order: nextOrder(), &lanes)
    }
    if kept { countKept(-1, path) }
  }

  /// Takes a flow's head out for a trial; says whether it stood.
  func suspend(_ flow: Int32) -> Bool {
    guard let path = find(flow), flows[path.flow].isStanding else { return false }
    withdraw(path)
    countKept(1, path)
    leave(path)
    return true
  }

  /// Takes a flow out; says whether it stood.
  func remove(_ flow: Int32) -> Bool {
    guard let path = find(flow) else { return false }
    let stood = flows[path.flow].isStanding
    if stood { withdraw(path) } else if flows[path.flow].isAside { countKept(-1, path) }
    if callerGroups[path.caller].rest(path.flow, &flows) { free(flow: path.flow) }
    leave(path)
    return stood
  }

  func serve(_ member: FairQueue.Member, cost: Int, isOver: Bool, at now: Int64) {
    let path = findOrMake(member)
    let isAhead = countTurn(of: path.lane, at: now)
    if flows[path.flow].isStanding {
      withdraw(path)
    } else if flows[path.flow].isAside {
      countKept(-1, path)
    }
    let step = Int64(max(1, cost))
    callerGroups[path.caller].charge(path.flow, step: step, order: nextOrder(), &flows)
    if !isOver {
      callerGroups[path.caller].keep(path.flow, order: order, &flows)
      countKept(1, path)
    } else if callerGroups[path.caller].rest(path.flow, &flows) {
      free(flow: path.flow)
    }
    laneGroups[path.lane].charge(path.caller, step: step, order: nextOrder(), &callers)
    let (scaled, overflow) = step.multipliedReportingOverflow(by: FairTree.scale)
    let share = (overflow ? Int64.max >> 8 : scaled) / Int64(shares[path.lane].weight)
    root.charge(path.lane, step: share, isAhead: isAhead, order: nextOrder(), &lanes)
    shares[path.lane].pay(cost, at: now)
    callerGroups[path.caller].learn(step, at: now)
    laneGroups[path.lane].learn(step, at: now)
    root.learn(step, at: now)
    forgetPassed(path)
    leave(path)
  }

  /// Counts that more or fewer requests wait behind a flow's head that stands.
  func addUnits(_ units: Int, to flow: Int32) {
    guard let path = find(flow), flows[path.flow].isStanding else { return }
    let before = Int(flows[path.flow].mark)
    let after = UInt32(clamping: max(1, before.clampedAdding(units)))
    flows[path.flow].mark = after
    addUnits(Int(after) - before, path)
  }

  /// Takes a flow that stands aside, and its units out of all counts.
  private func withdraw(_ path: FairPath) {
    addUnits(-Int(flows[path.flow].mark), path)
    callerGroups[path.caller].withdraw(path.flow, &flows)
  }

  /// Takes the nodes above aside, or lets them rest, when nobody stands below them any more.
  private func leave(_ path: FairPath) {
    guard callerGroups[path.caller].standing.isEmpty else { return }
    if callers[path.caller].isStanding { laneGroups[path.lane].withdraw(path.caller, &callers) }
    if callerGroups[path.caller].kept > 0 {
      laneGroups[path.lane].keep(path.caller, order: order, &callers)
    } else {
      callerGroups[path.caller].settle()
      forgetFlows(path.caller)
      if laneGroups[path.lane].rest(path.caller, &callers) { free(caller: path.caller) }
    }
    guard laneGroups[path.lane].standing.isEmpty else { return }
    if lanes[path.lane].isStanding { root.withdraw(path.lane, &lanes) }
    if laneGroups[path.lane].kept > 0 {
      root.keep(path.lane, order: order, &lanes)
      return
    }
    laneGroups[path.lane].settle()
    forgetCallers(path.lane)
    if root.rest(path.lane, &lanes) { free(lane: path.lane) }
  }

  private func addUnits(_ units: Int, _ path: FairPath) {
    callerGroups[path.caller].units += units
    laneGroups[path.lane].units += units
    root.units += units
  }

  private func countKept(_ step: Int32, _ path: FairPath) {
    callerGroups[path.caller].kept += step
    laneGroups[path.lane].kept += step
    root.kept += step
  }

  private func nextOrder() -> UInt32 {
    order &+= 1
    return order
  }
}
