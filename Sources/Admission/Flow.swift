import Limits
import Scheduling
import Timekeeping

/// Whose requests keep their order: one lane, caller, account and own key.
///
/// Without an account there is no order to keep but an endpoint's: one that is held must not hold
/// a caller's others (limits-science.md section 9, 11).
struct FlowKey: Hashable {
  var lane: Int32
  var caller: Int32
  var account: Int32
  var ownKey: Int32
  /// -1 where there is an account; its name is kept by the flow's demands.
  var endpoint: Int32

  func hash(_ seed: UInt64) -> Int {
    var hash = NumberHash(seed)
    hash.mix(lane, caller)
    hash.mix(account, ownKey)
    hash.mix(endpoint, 1)
    return hash.value
  }
}

/// The queue of one flow, of which only the head competes.
struct Flow {
  var key: FlowKey
  var head: Int32 = -1
  var tail: Int32 = -1
  /// Demands that refer to it.
  var demands: Int32 = 0
  /// Tickets of it that wait.
  var waiting: Int32 = 0
  /// Buckets in whose queue it stands or keeps a place.
  var enrolled: [Int32] = []
  /// The bucket that keeps room for the head while it waits for a wider one; -1 for none.
  var promiser: Int32 = -1
  var promised: Int32 = 0
}

struct DemandKey: Hashable {
  var flow: Int32
  var endpoint: Int32
  /// The batch its requests belong to, -1 for none.
  var batch: Int32
  /// What its requests take, see `ChargePlans`.
  var plan: Int32

  func hash(_ seed: UInt64) -> Int {
    var hash = NumberHash(seed)
    hash.mix(flow, endpoint)
    hash.mix(batch, plan)
    return hash.value
  }
}

/// What a request takes from one bucket.
struct Draw {
  var slot: Int32
  var cost: Int32
  /// Which of the keys the request may use this belongs to.
  var candidate: Int16
  /// Percent of the bucket that is kept for other lanes while its period lasts.
  var reserved: UInt8 = 0
}

/// What requests of one flow to one endpoint take: draws for each key they may use, narrow buckets
/// before wide ones.
struct Demand {
  var key: DemandKey
  /// One key's draws after the other's.
  var draws: ContiguousArray<Draw> = []
  /// How many keys there are to choose from.
  var candidates: Int16 = 0
  /// The state of the API's gates the draws were built in.
  var epoch: UInt32 = 0
  /// Tickets that refer to it.
  var live: Int32 = 0
  /// Those of them that wait.
  var waiting: Int32 = 0
  var lastUse: Int64 = 0

  /// Counts tickets that refer to it from now on, or do no more.
  mutating func count(live step: Int32, at now: Instant) {
    live += step
    lastUse = now.nanoseconds
  }

  /// Where one key's draws stand.
  @inline(__always)
  func range(of candidate: Int) -> Range<Int> {
    if candidates == 1 { return 0..<draws.count }
    var first = 0
    while first < draws.count, draws[first].candidate != candidate { first += 1 }
    return first..<end(from: first)
  }

  /// Where the draws of the key end that begin at `first`.
  @inline(__always)
  func end(from first: Int) -> Int {
    if candidates == 1 { return draws.count }
    var end = first
    while end < draws.count, draws[end].candidate == draws[first].candidate { end += 1 }
    return end
  }
}

/// What a bucket stands for.
struct BucketKey: Hashable {
  static let connections: Int32 = -1
  static let keyGate: Int32 = -2
  static let accountGate: Int32 = -3
  static let endpointGate: Int32 = -4
  static let batchGate: Int32 = -5

  var api: Int32
  /// Index of the limit in the API, or one of the gates above.
  var rule: Int32
  /// Index of the API's key; below -1 an own key (-2 minus its name); -1 for none.
  var key: Int32 = -1
  var account: Int32 = -1
  var endpoint: Int32 = -1
  var lane: Int32 = -1
  var caller: Int32 = -1

  func hash(_ seed: UInt64) -> Int {
    var hash = NumberHash(seed)
    hash.mix(api, rule)
    hash.mix(key, account)
    hash.mix(endpoint, lane)
    hash.mix(caller, 2)
    return hash.value
  }
}

/// A bucket with those who wait for it.
struct Room {
  var bucket: Bucket
  var key: BucketKey
  var queue = FairQueue()
  /// Units kept for flows that this bucket let through and that wait for a wider one.
  var promised = 0
  /// Units that waiting tickets want, heads or not.
  var queued = 0
  /// Demands that refer to it.
  var users: Int32 = 0
  var isLive = true
  /// Its front may have room: to be looked at before the call returns.
  var isDirty = false
}
