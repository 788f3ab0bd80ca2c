import Policy
import Statistics
import Timekeeping

/// What the engine keeps for one lane.
struct LaneState {
  let api: Int32
  let name: String
  let weight: Int32
  /// In nanoseconds.
  let maxWait: Int64
  let keys: [Int]
  /// The numbers its buckets know its keys by; never none.
  let keyNumbers: [Int32]
  /// Nanoseconds for each unit of the reserved share, 0 for none.
  let reserveInterval: Int64
  /// Whether an account stays with one key, and when it may use another.
  let isSticky: Bool
  let spill: Spill
  /// What its latest request took (see `ChargePlans`), in use or not: the next one may be alike.
  var plan: Int32 = -1
  var waiting = 0
  var granted = 0
  var refused = 0
  var cancelled = 0
  var absorbed = 0
  var repeated = 0
  var waits = WaitHistogram()

  init(_ lane: Lane, api: Int) {
    self.api = Int32(api)
    name = lane.name
    weight = Int32(clamping: max(1, lane.weight))
    maxWait = lane.maxWait.wholeNanoseconds
    keys = lane.keys
    keyNumbers = lane.keys.isEmpty ? [-1] : lane.keys.map { Int32($0) }
    reserveInterval = lane.reserve.map { max(1, $0.per.wholeNanoseconds / Int64($0.allow)) } ?? 0
    isSticky = lane.isSticky
    spill = lane.spill
  }

  /// Counts a grant after so many nanoseconds of waiting.
  mutating func granted(after wait: Int64) {
    granted += 1
    waits.record(nanoseconds: wait)
  }
}
