import Timekeeping

/// Start-time fair queueing over three levels: lanes by weight, their callers, their flows.
///
/// Goyal, Vin and Cheng (SIGCOMM 1996): each node is served in the order of its start tag
/// `S = max(v, F)`, where `F` grows by cost over weight, and `v` is the start tag in service. Only
/// heads of flows stand in it. A head taken out for a trial keeps its tags and its place. Integer
/// tags; every operation takes O(log n) and O(lanes), and a queue nobody waits in takes the eight
/// bytes of a reference.
///
/// Besides the order of tags:
/// - **Reserved shares** (mClock, Gulati et al., OSDI 2010): a lane that stands and whose reserved
///   unit is due goes first, the one due longest before others. Services by either rule count for
///   both, so that a lane gets the larger of its reserved and its weighted share, not the sum. What
///   it does not use others get, and it does not save it up.
/// - **Ageing**: every 20th service at the latest (`ageingTurn`) goes to the lane that has stood
///   longest, if it has stood without a service for over a minute (`ageingSpan`). A lane is served
///   at the latest by the `20 * m`-th service after that minute, where `m` is the number of lanes
///   that had then stood so long, itself included, whatever the weights and reserved shares are.
/// - **Deadlines**: where it is equally the turn of several flows of one caller (equal tags, the
///   same round), the earliest deadline goes first. It is never looked at across callers.
///
/// An aged lane or one whose reserved unit is due is charged for what it gets out of turn, but
/// falls back behind the others by one service at most.
public struct FairQueue {
  /// One of so many services is for a lane that has stood too long.
  public static let ageingTurn = 20
  /// Nanoseconds a lane may stand without a service before it counts as aged.
  public static let ageingSpan: Int64 = 60_000_000_000

  enum Storage {
    case idle
    case sole(SoleFlow)
    case tree(FairTree)
  }

  private(set) var storage = Storage.idle

  /// An empty queue.
  public init() {}

  /// Whether nobody stands in it.
  public var isEmpty: Bool {
    switch storage {
    case .idle: true
    case .sole(let sole): sole.isAside
    case .tree(let tree): tree.root.standing.isEmpty
    }
  }

  /// Whether it remembers nothing, neither who waits nor tags.
  public var isIdle: Bool {
    if case .idle = storage { return true }
    return false
  }

  /// The flow whose turn it is.
  public func first(at now: Instant) -> Int32? {
    switch storage {
    case .idle: nil
    case .sole(let sole): sole.isAside ? nil : sole.member.flow
    case .tree(let tree): tree.first(at: now.nanoseconds)
    }
  }

  /// The flow whose turn it would be without some lanes: of a lane whose reserved unit is due, else
  /// by tags.
  public func first(at now: Instant, besides lanes: [Int32]) -> Int32? {
    switch storage {
    case .idle: nil
    case .sole(let sole):
      sole.isAside || lanes.contains(sole.member.lane) ? nil : sole.member.flow
    case .tree(let tree): tree.first(at: now.nanoseconds, besides: lanes)
    }
  }

  /// When the turn may pass to another lane though nobody is served: a reserved unit is due then, or
  /// a lane has stood too long; nil when it does not.
  public func nextTurn(after now: Instant) -> Instant? {
    guard case .tree(let tree) = storage else { return nil }
    return tree.nextTurn(after: now.nanoseconds).map { Instant(nanoseconds: $0) }
  }

  /// Lets a flow's head stand in the queue: at the place it had, if it was taken out for a trial.
  ///
  /// One that stands already takes over the deadline and the units.
  public mutating func insert(_ member: Member, at now: Instant) {
    switch storage {
    case .idle:
      storage = .sole(SoleFlow(member, at: now.nanoseconds))
    case .sole(let sole) where sole.member.flow == member.flow:
      guard sole.isAside || sole.member != member else { return }
      let isSame = sole.member.caller == member.caller && sole.member.lane == member.lane
      storage = .sole(
        isSame
          ? SoleFlow(member, share: sole.share, charged: sole.charged)
          : SoleFlow(member, at: now.nanoseconds))
    case .sole, .tree:
      changeTree { $0.insert(member, at: now.nanoseconds) }
    }
  }

  /// Takes a flow's head out for a trial; its tags and place are kept.
  ///
  /// - Returns: Whether it stood in the queue.
  @discardableResult
  public mutating func suspend(_ flow: Int32) -> Bool {
    switch storage {
    case .idle: return false
    case .sole(let sole):
      guard sole.member.flow == flow, !sole.isAside else { return false }
      storage = .sole(
        SoleFlow(sole.member, share: sole.share, charged: sole.charged, isAside: true))
      return true
    case .tree: return changeTree { $0.suspend(flow) }
    }
  }

  /// Takes a flow out: nobody of it waits any more.
  ///
  /// - Returns: Whether it stood in the queue.
  @discardableResult
  public mutating func remove(_ flow: Int32) -> Bool {
    switch storage {
    case .idle: return false
    case .sole(let sole):
      guard sole.member.flow == flow else { return false }
      storage = .idle
      return !sole.isAside
    case .tree: return changeTree { $0.remove(flow) }
    }
  }

  /// Charges `cost` to a flow that goes now, and takes its head out.
  ///
  /// - Parameter isOver: whether nobody else of the flow waits. Otherwise its place behind what it
  ///   has used is kept, as for a trial, until its next head is inserted or it is removed: one who
  ///   comes in between does not find an idle queue.
  public mutating func serve(
    _ member: Member, cost: Int, isOver: Bool = true, at now: Instant
  ) {
    if case .sole(let sole) = storage, sole.member.flow == member.flow {
      storage = isOver ? .idle : .sole(sole.served(cost: cost, at: now.nanoseconds))
      return
    }
    changeTree { $0.serve(member, cost: cost, isOver: isOver, at: now.nanoseconds) }
  }

  /// Counts that requests have come to wait behind a flow's head that stands, or that some left.
  ///
  /// Nothing happens for a flow that does not stand: `insert` says what waits there.
  ///
  /// - Parameter units: what they want of this queue; negative for those that left.
  public mutating func addUnits(_ units: Int, to flow: Int32) {
    switch storage {
    case .idle: break
    case .sole(let sole):
      guard sole.member.flow == flow, !sole.isAside else { break }
      var member = sole.member
      member.units = Int32(clamping: max(1, Int(member.units).clampedAdding(units)))
      storage = .sole(SoleFlow(member, share: sole.share, charged: sole.charged))
    case .tree: changeTree { $0.addUnits(units, to: flow) }
    }
  }

  /// Changes the tree, made of what is there if it is none yet and not shared with a copy.
  private mutating func changeTree<Result>(_ change: (FairTree) -> Result) -> Result {
    var tree: FairTree
    switch storage {
    case .idle: tree = FairTree()
    case .sole(let sole): tree = sole.tree
    case .tree(let found): tree = found
    }
    storage = .idle
    if !isKnownUniquelyReferenced(&tree) { tree = FairTree(copying: tree) }
    let result = change(tree)
    if !tree.isIdle { storage = .tree(tree) }
    return result
  }
}
