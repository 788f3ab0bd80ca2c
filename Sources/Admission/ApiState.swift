import DequeModule
import Limits
import Policy
import Statistics

/// What the engine keeps for one API.
struct ApiState {
  /// A request whose arrival is taken for granted at `due`.
  struct Horizon {
    var due: Int64
    var written: Int64
    var ticket: TicketID
  }

  let rules: Api
  /// Which limit's requests are all counted by which other, by their patterns.
  let covers: [[Bool]]
  /// Whether the key tells buckets apart at all.
  let hasManyKeys: Bool
  var horizon = ArrivalHorizon()
  var horizons = Deque<Horizon>()
  /// Grows when a gate appears: sets of buckets built before lack it.
  var epoch: UInt32 = 1
  var inFlight: [Int]
  /// Latest answers that blamed something narrower than their key.
  var narrow: [(at: Int64, account: Int32, key: Int32)] = []

  init(_ api: Api) {
    rules = api
    hasManyKeys = api.keys.count > 1 || api.credential?.fromCaller == true
    inFlight = Array(repeating: 0, count: api.keys.count)
    covers = api.limits.map { wide in
      api.limits.map { narrow in wide.match.isEmpty || wide.match == narrow.match }
    }
  }
}

/// What the engine keeps for one lane.
struct LaneState {
  let api: Int32
  let name: String
  let weight: Int32
  let maxWait: Duration
  let keys: [Int]
  var waiting = 0
  var granted = 0
  var refused = 0
  var cancelled = 0
  var absorbed = 0
  var waits = WaitHistogram()
}
