import DequeModule
import Feedback
import Limits
import Policy
import Scheduling
import Seeding
import Timekeeping

/// Decides who may send when: requests in, grants and refusals out.
///
/// Deterministic and without clock, socket or thread: everything happens at the `now` of a call.
/// Each flow (see `FlowKey`) is a first-in first-out queue whose head alone
/// competes. A blocked head waits in the fair queue of the bucket that blocks it, one for each key
/// it could use; a bucket that gets room wakes its front waiters and no others.
public final class AdmissionEngine {
  /// Flows a bucket may wake in vain before it lets others work: bounds the work of one call.
  static let fruitlessWakes = 128
  /// Buckets one call looks at, and deadlines it acts on.
  static let mostLooks = 4096
  /// Requests of a flow whose costs are looked at for a prediction.
  static let mostAhead = 32
  static let fruitlessPause: Int64 = 5_000_000
  /// Clocks that are read one after the other differ by less than this: 1 ms.
  static let leastStep: Int64 = 1_000_000

  let queues: QueueBounds
  let callers: CallerRule
  /// Most attempts for one request.
  let mostAttempts: Int
  let bucketBound: Int
  var apis: [ApiState]
  var lanes: [LaneState] = []
  /// The number of each API's first lane.
  var firstLane: [Int] = []

  var tickets = TicketArena()
  var flows = ContiguousArray<Flow>()
  var freeFlows: [Int32] = []
  var flowIndex = SlotIndex()
  var demands = ContiguousArray<Demand>()
  var freeDemands: [Int32] = []
  var demandIndex = SlotIndex()
  var rooms = ContiguousArray<Room>()
  var freeRooms: [Int32] = []
  var roomIndex = SlotIndex()
  var names = Names()
  var plans = ChargePlans()
  /// Keeps callers from choosing names that collide.
  let hashSeed: UInt64

  /// Deadlines of waiting tickets; the ends of lingering ones.
  var ticketDeadlines = DeadlineQueue()
  /// When a bucket's front waiter may have room.
  var bucketDeadlines = DeadlineQueue()
  /// When tickets that wait beside their flow's queue go back to its head.
  var asideDeadlines = DeadlineQueue()
  /// When flows whose head waits for itself are tried again.
  var flowDeadlines = DeadlineQueue()
  var dirty = Deque<Int32>()
  var actions: [Action] = []
  /// The ticket whose `admit` is under way: its grant or refusal is the call's result.
  var arriving: Int32 = -1
  var arrivingResult: Arrival?
  var parking: [Int32] = []
  /// What the queues of the buckets say that a prediction looks at.
  var outlooks: [FairQueue.Outlook] = []

  var clock: Instant
  var wallOffset: Int64
  var random: SplitMix64
  var sequence: Int64 = 0
  var tokens: UInt64 = 0
  /// No request is taken for arrived before; `.max` when none is to be.
  var horizonDue = Int64.max
  var drainEnd: Instant?
  var sweptDemand = 0
  var sweptRoom = 0
  var sweptInFull = Int64.min

  /// Tickets that wait, in all.
  public internal(set) var waiting = 0

  /// An engine for these rules, with full buckets; `wall` is the civil time at `now`.
  ///
  /// - Parameter seed: makes the jitter of holds and limits; the same seed decides the same.
  public convenience init(rulebook: Rulebook, at now: Instant, wall: WallTime, seed: UInt64) {
    self.init(rulebook: rulebook, at: now, wall: wall, seed: seed, bucketBound: 1_000_000)
  }

  init(rulebook: Rulebook, at now: Instant, wall: WallTime, seed: UInt64, bucketBound: Int) {
    queues = rulebook.queues
    callers = rulebook.callers
    mostAttempts = rulebook.bounds.attempts
    self.bucketBound = bucketBound
    apis = rulebook.apis.map(ApiState.init)
    clock = now
    wallOffset = (wall - WallTime(nanoseconds: now.nanoseconds)).wholeNanoseconds
    random = SplitMix64(seed: seed)
    hashSeed = random.next()
    for (index, api) in rulebook.apis.enumerated() {
      firstLane.append(lanes.count)
      lanes += api.lanes.map { LaneState($0, api: index) }
      makeRoom(
        BucketKey(api: Int32(index), rule: BucketKey.connections),
        state: .connections(max(1, api.connections)))
      for key in api.keys.indices {
        makeRoom(
          BucketKey(api: Int32(index), rule: BucketKey.keyGate, key: Int32(key)),
          state: .unlimited)
      }
    }
  }

  /// Decisions for other tickets since the last call, in order.
  public func takeActions() -> [Action] {
    guard !actions.isEmpty else { return [] }
    defer { actions = [] }
    return actions
  }

  /// The civil time at the engine's clock.
  var wall: WallTime { WallTime(nanoseconds: clock.nanoseconds) + .nanoseconds(wallOffset) }

  /// Starts a call: what is due comes first, and time never runs backwards.
  func begin(_ now: Instant) {
    if now > clock { clock = now }
    if earliestDue <= clock.nanoseconds { runTimers() }
  }

  /// Nothing is due before.
  var earliestDue: Int64 {
    min(
      min(ticketDeadlines.earliest, bucketDeadlines.earliest),
      min(flowDeadlines.earliest, asideDeadlines.earliest), horizonDue)
  }

  /// Ends a call: buckets that may have room wake their front waiters.
  ///
  /// What is more than one call should do is done a little later.
  func end() {
    if dirty.isEmpty { return }
    var looks = 0
    while let slot = dirty.popFirst() {
      rooms[Int(slot)].isDirty = false
      looks += 1
      if looks <= AdmissionEngine.mostLooks {
        pump(Int(slot))
      } else {
        let pause = clock.advanced(byNanoseconds: AdmissionEngine.fruitlessPause)
        bucketDeadlines.schedule(Int(slot), at: pause)
      }
    }
  }

  func markDirty(_ slot: Int) {
    guard !rooms[slot].isDirty, !rooms[slot].queue.isEmpty else { return }
    rooms[slot].isDirty = true
    dirty.append(Int32(slot))
  }
}
