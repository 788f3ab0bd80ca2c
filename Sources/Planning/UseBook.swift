import Policy
import Timekeeping

/// The use of every limit of a rulebook in a plan.
struct UseBook {
  /// Most buckets whose peak is followed; those beyond count for the mean alone.
  static let mostMeters = 100_000

  private struct Key: Hashable {
    var limit: Int
    var key: Int?
    var account: String?
    var endpoint: String?
    var lane: Int?
    var caller: String?
  }

  /// One limit of one API.
  private struct Limit {
    var api: Int
    var name: String
    var kind: String
    var scope: LimitScope
    var measure: UseMeasure
    var buckets = 0
    var units = 0
    /// Units times nanoseconds under way, for limits on that.
    var busy = 0.0
  }

  /// What a request under way holds of limits on what is under way.
  struct Held {
    fileprivate var limit: Int
    fileprivate var meter: Int?
    fileprivate var cost: Int
    fileprivate var since: Int64
  }

  private var limits: [Limit] = []
  private var first: [Int] = []
  private var index: [Key: Int] = [:]
  private var meters: ContiguousArray<UseMeter> = []
  private var owners: ContiguousArray<Int32> = []
  private let start: Int64

  init(_ rulebook: Rulebook, start: WallTime) {
    self.start = start.nanoseconds
    for (number, api) in rulebook.apis.enumerated() {
      first.append(limits.count)
      for rule in api.limits {
        limits.append(
          Limit(
            api: number, name: rule.name, kind: rule.kind.word, scope: rule.scope,
            measure: UseMeasure(rule.kind)))
      }
      limits.append(
        Limit(
          api: number, name: "connections", kind: "concurrency", scope: .api,
          measure: .concurrency(allow: max(1, api.connections))))
    }
  }

  /// A request of this route is sent with a key at `now`.
  mutating func take(_ route: Route, key: Int?, at now: Instant) -> [Held] {
    var held: [Held] = []
    let base = first[route.api]
    for charge in route.charges {
      take(route, key, base + charge.limit, charge.cost, charge.endpoint, now, &held)
    }
    let end = route.api + 1 < first.count ? first[route.api + 1] : limits.count
    take(route, key, end - 1, 1, nil, now, &held)
    return held
  }

  private mutating func take(
    _ route: Route, _ key: Int?, _ limit: Int, _ cost: Int, _ endpoint: String?, _ now: Instant,
    _ held: inout [Held]
  ) {
    limits[limit].units += cost
    let meter = meter(route, key, limit, endpoint)
    let time = now.nanoseconds
    if let meter { meters[meter].take(cost, at: time, wall: start.clampedAdding(time)) }
    guard case .concurrency = limits[limit].measure else { return }
    held.append(Held(limit: limit, meter: meter, cost: cost, since: time))
  }

  private mutating func meter(
    _ route: Route, _ key: Int?, _ limit: Int, _ endpoint: String?
  ) -> Int? {
    let scope = limits[limit].scope
    var place = Key(limit: limit)
    if scope.contains(.key) {
      place.key = key
      place.caller = key == nil ? route.ownKey : nil
    }
    if scope.contains(.account) { place.account = route.account }
    if scope.contains(.endpoint) { place.endpoint = endpoint ?? route.endpoint }
    if scope.contains(.lane) { place.lane = route.lane }
    if scope.contains(.caller) { place.caller = route.caller }
    if let found = index[place] { return found }
    guard meters.count < UseBook.mostMeters else { return nil }
    index[place] = meters.count
    limits[limit].buckets += 1
    owners.append(Int32(limit))
    meters.append(UseMeter(limits[limit].measure))
    return meters.count - 1
  }

  /// The answer came.
  mutating func giveBack(_ held: [Held], at now: Instant) {
    for part in held {
      limits[part.limit].busy += Double(part.cost) * Double(now.nanoseconds - part.since)
      if let meter = part.meter { meters[meter].giveBack(part.cost) }
    }
  }

  /// The use of every limit that counted a request, over `elapsed` nanoseconds.
  func report(_ apis: [Api], elapsed: Int64) -> [PlanReport.LimitUse] {
    var peaks = [Double](repeating: 0, count: limits.count)
    for (meter, owner) in zip(meters, owners) {
      peaks[Int(owner)] = max(peaks[Int(owner)], meter.peak)
    }
    let day: Int64 = 86_400_000_000_000
    let days = Int((start % day + day) % day + max(0, elapsed - 1)) / Int(day) + 1
    return limits.indices.filter { limits[$0].units > 0 }.map { number in
      let limit = limits[number]
      var units = Double(limit.units)
      if case .concurrency = limit.measure { units = limit.busy }
      return PlanReport.LimitUse(
        api: apis[limit.api].name, limit: limit.name, kind: limit.kind, buckets: limit.buckets,
        units: limit.units, peak: peaks[number],
        mean: limit.measure.mean(
          units: units, buckets: limit.buckets, elapsed: elapsed, days: days))
    }
  }
}
