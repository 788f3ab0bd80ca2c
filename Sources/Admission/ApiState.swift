import DequeModule
import Limits
import Policy
import Timekeeping

/// What the engine keeps for one API.
struct ApiState {
  /// A request whose arrival is taken for granted at `due`.
  struct Horizon {
    var due: Int64
    var delivered: Int64
    var ticket: TicketID
  }

  let rules: Api
  /// Which limit's requests are all counted by which other, by their patterns.
  let covers: [[Bool]]
  /// What of each limit is asked at every request.
  let facts: [LimitFacts]
  /// Whether the key tells buckets apart at all.
  let hasManyKeys: Bool
  var horizon = ArrivalHorizon()
  var floor = RoundTripFloor()
  var budget = RetryBudget()
  /// From a grant to its end, and to its answer.
  var service = ServiceTime()
  var response = ServiceTime()
  /// Why each key is out, as the provider says it.
  var outReasons: [String?]
  /// When each key last got another secret.
  var renewals: [Instant]
  /// When the operator was last told that a limit is another than stated.
  var toldOf: [Instant?]
  /// When a repetition was last denied for want of budget.
  var lastDenial: Instant?
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
    renewals = Array(repeating: Instant(nanoseconds: .min), count: api.keys.count)
    outReasons = Array(repeating: nil, count: api.keys.count)
    facts = api.limits.map(LimitFacts.init)
    toldOf = Array(repeating: nil, count: api.limits.count)
    covers = api.limits.map { wide in
      api.limits.map { narrow in wide.match.isEmpty || wide.match == narrow.match }
    }
  }
  /// Counts a grant.
  mutating func granted(key: Int?, isFirst: Bool, at now: Instant) {
    if let key { inFlight[key] += 1 }
    if isFirst { budget.count(at: now) }
  }

  /// Learns how long an answer took.
  mutating func learn(roundTrip: Int64) {
    horizon.learn(roundTrip: roundTrip)
    response.learn(roundTrip)
  }
}
