import Limits
import Scheduling

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
}

/// The queue of one flow, of which only the head competes.
struct Flow {
  var key: FlowKey
  var head: Int32 = -1
  var tail: Int32 = -1
  /// Demands that refer to it.
  var demands: Int32 = 0
  /// Buckets in whose queue it stands or keeps a place.
  var enrolled: [Int32] = []
  /// The bucket that keeps room for the head while it waits for a wider one; -1 for none.
  var promiser: Int32 = -1
  var promised: Int32 = 0

  func member(_ slot: Int32, weight: Int32) -> FairQueue.Member {
    FairQueue.Member(flow: slot, caller: key.caller, lane: key.lane, weight: weight)
  }
}

/// A charge with its endpoint as a number.
struct PackedCharge: Hashable {
  var limit: Int32
  var cost: Int32
  var endpoint: Int32
}

struct DemandKey: Hashable {
  var flow: Int32
  var endpoint: Int32
  var charges: [PackedCharge]
}

/// What requests of one flow to one endpoint take: one set of buckets for each key they may use.
struct Demand {
  var key: DemandKey
  var sets: [LimitSet] = []
  /// The state of the API's gates the sets were built in.
  var epoch: UInt32 = 0
  /// Tickets that refer to it.
  var live: Int32 = 0
  /// Those of them that wait.
  var waiting: Int32 = 0
  var lastUse: Int64 = 0
}

/// What a bucket stands for.
struct BucketKey: Hashable {
  static let connections: Int32 = -1
  static let keyGate: Int32 = -2
  static let accountGate: Int32 = -3
  static let endpointGate: Int32 = -4

  var api: Int32
  /// Index of the limit in the API, or one of the gates above.
  var rule: Int32
  /// Index of the API's key; below -1 an own key (-2 minus its name); -1 for none.
  var key: Int32 = -1
  var account: Int32 = -1
  var endpoint: Int32 = -1
  var lane: Int32 = -1
  var caller: Int32 = -1
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
  /// Its front may have room: to be looked at before the call returns.
  var isDirty = false
}
