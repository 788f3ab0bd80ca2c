import Policy
import Timekeeping

/// One request that waits, is under way, or whose slots outlast it.
struct Ticket {
  enum State: UInt8 {
    case free
    case waiting
    case granted
    /// Its response head was read.
    case answered
    /// Gone for the caller, but it may still arrive at the provider: it holds slots until then.
    case lingering
  }

  var generation: UInt32 = 1
  var state = State.free
  var attempt: UInt8 = 0
  /// Whether the arrival horizon passed in this attempt.
  var isLate = false
  /// Whether the response head of this attempt was read.
  var isAnswered = false
  /// Whether it waits beside its flow's queue, for itself alone.
  var isAside = false
  var repeatability = Repeatability.once
  /// Index into its demand's sets.
  var candidate: Int16 = 0
  /// The candidate all attempts must use, because an idempotency key is known to one API key only;
  /// -1 for none.
  var pin: Int16 = -1
  /// The latest backoff of its own, in milliseconds.
  var backoff: Int32 = 0
  var flow: Int32 = -1
  var demand: Int32 = -1
  var previous: Int32 = -1
  /// The next in its flow's queue, or in the list of free slots.
  var next: Int32 = -1
  /// Order of arrival.
  var sequence: Int64 = 0
  var deadline: Int64 = 0
  /// Until when it waits for itself alone, whatever has room.
  var notBefore: Int64 = .min
  var queued: Int64 = 0
  var waited: Int64 = 0
  var taken: Int64 = 0
  /// When the last request byte of this attempt had reached the provider's system for all that is
  /// known; `.min` before.
  var delivered: Int64 = .min
  /// Names this attempt to the holds it may probe.
  var token: UInt64 = 0
}

extension Ticket {
  /// A request arrives in a slot that was free.
  mutating func arrive(
    flow: Int32, demand: Int32, sequence: Int64, deadline: Int64, repeatability: Repeatability
  ) {
    self.flow = flow
    self.demand = demand
    self.sequence = sequence
    self.deadline = deadline
    self.repeatability = repeatability
  }

  /// A new attempt begins with a grant.
  mutating func begin(candidate: Int, token: UInt64, at now: Instant) {
    state = .granted
    attempt += 1
    self.candidate = Int16(truncatingIfNeeded: candidate)
    self.token = token
    taken = now.nanoseconds
    delivered = .min
    isLate = false
    isAnswered = false
  }
}

/// Tickets in one array, linked by index: no allocation for each.
struct TicketArena {
  private(set) var slots = ContiguousArray<Ticket>()
  private var firstFree: Int32 = -1
  /// Slots in use.
  private(set) var count = 0

  subscript(slot: Int32) -> Ticket {
    _read { yield slots[Int(slot)] }
    _modify { yield &slots[Int(slot)] }
  }

  mutating func make() -> Int32 {
    count += 1
    if firstFree >= 0 {
      let slot = firstFree
      firstFree = slots[Int(slot)].next
      slots[Int(slot)].next = -1
      return slot
    }
    slots.append(Ticket())
    return Int32(slots.count - 1)
  }

  /// A slot for a request that arrives.
  mutating func make(
    flow: Int32, demand: Int32, sequence: Int64, deadline: Int64, repeatability: Repeatability
  ) -> Int32 {
    let slot = make()
    slots[Int(slot)].arrive(
      flow: flow, demand: demand, sequence: sequence, deadline: deadline,
      repeatability: repeatability)
    return slot
  }

  mutating func free(_ slot: Int32) {
    count -= 1
    var fresh = Ticket()
    // Never 0, so that no name of a ticket is 0.
    fresh.generation = max(1, slots[Int(slot)].generation &+ 1)
    fresh.next = firstFree
    slots[Int(slot)] = fresh
    firstFree = slot
  }

  func id(_ slot: Int32) -> TicketID {
    TicketID(slot: Int(slot), generation: slots[Int(slot)].generation)
  }

  /// The slot a name means, while its ticket lives.
  func find(_ id: TicketID) -> Int32? {
    guard id.slot < slots.count, slots[id.slot].generation == id.generation else { return nil }
    return slots[id.slot].state == .free ? nil : Int32(id.slot)
  }
}
