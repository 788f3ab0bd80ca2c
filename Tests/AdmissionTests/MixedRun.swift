import Feedback
import Limits
import Policy
import Seeding
import Testing
import Timekeeping

@testable import Admission

/// One random run; holds what the test knows of each ticket.
final class MixedRun {
  let bench: Bench
  let engine: AdmissionEngine
  let seed: UInt64
  /// Whether the provider's counters, costs and clock may be nonsense.
  let isWild: Bool
  var random: SplitMix64
  var now = ms(0)
  var waiting: Set<TicketID> = []
  var order: [TicketID] = []
  var open: [(grant: Grant, since: Instant)] = []
  var shut: Set<String> = []
  var routes: [TicketID: Route] = [:]
  /// Arrivals at the provider, by limit and bucket.
  var arrivals: [String: [(time: Int64, cost: Int)]] = [:]
  var notices = 0
  var told: Set<String> = []
  var granted = 0
  /// Of those, how many went at their arrival.
  var atOnce = 0
  var digest = CourseDigest()

  static let hour: Int64 = 3_600_000_000_000
  static let minute: Int64 = 60_000_000_000

  static func rules() -> [LimitRule] {
    var shared = window("w", 30, 10)
    shared.reserved = ["b": 30]
    var daily = LimitRule(name: "day", scope: .account, kind: .calendar(allow: 400))
    daily.reserved = ["d": 20]
    daily.pace = .even
    let minute = Rate(allow: 40, per: .seconds(60))
    return [
      shared, bucketRule("t", perMinute: 600, burst: 20), daily,
      LimitRule(
        name: "s", scope: .account, kind: .spacing(every: .seconds(1), jitter: 20)),
      LimitRule(name: "k", scope: .api, kind: .concurrency(allow: 9, hold: .seconds(5))),
      LimitRule(
        name: "u", scope: .caller, kind: .unknown(rate: Rate(allow: 200, per: .seconds(30)))),
      LimitRule(
        name: "f", scope: [.key, .endpoint], kind: .fixedWindow(rate: minute, start: .firstRequest)),
      LimitRule(
        name: "a", scope: .key,
        kind: .fixedWindow(
          rate: Rate(allow: 200, per: .seconds(60)),
          start: .aligned(offset: .zero, delta: .milliseconds(500)))),
      LimitRule(
        name: "2", scope: [.key, .account],
        kind: .twoCounterWindow(rate: minute, spread: .milliseconds(100))),
      LimitRule(
        name: "h", scope: .api,
        kind: .hours(
          ClosedHours(
            from: 22 * hour + 20 * MixedRun.minute, to: 22 * hour + 21 * MixedRun.minute, zone: .utc
          ))),
      LimitRule(name: "l", scope: .lane, kind: .learned(start: Rate(allow: 20, per: .seconds(1)))),
    ]
  }

  init(seed: UInt64, isWild: Bool) {
    self.seed = seed
    self.isWild = isWild
    let lanes = [
      Lane(name: "a", keys: [0, 1, 2], weight: 4, maxWait: .seconds(90), isSticky: true),
      Lane(
        name: "b", keys: [1], weight: 1, maxWait: .seconds(60),
        reserve: Rate(allow: 60, per: .seconds(60))),
      Lane(
        name: "c", keys: [0, 1, 2], weight: 2, maxWait: .seconds(40), isSticky: true,
        spill: .whenBlocked),
      Lane(name: "d", keys: [0, 2], weight: 1, maxWait: .seconds(120)),
    ]
    bench = Bench(
      limits: MixedRun.rules(), keys: ["x", "y", "z"], lanes: lanes,
      queues: QueueBounds(perLane: 200, total: 500), connections: 12, bucketBound: 900,
      seed: seed)
    engine = bench.engine
    random = SplitMix64(seed: seed)
  }

  func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

  func route() -> Route {
    var route = bench.route(
      below(6) == 0 ? nil : "a\(below(20))", lane: below(4), caller: "c\(below(3))",
      endpoint: "GET /\(below(4))",
      repeatability: [Repeatability.once, .keyed, .idempotent][below(3)])
    var charges: [Charge] = []
    for limit in bench.rules.indices where below(3) > 0 {
      var cost = 1
      if below(4) == 0, bench.rules[limit].kind.largestCost > 1 { cost = 1 + below(6) }
      if isWild, below(300) == 0 { cost = [0, -5, .max, 41, 400][below(5)] }
      if bench.rules[limit].name == "h" || bench.rules[limit].name == "k" { cost = min(cost, 1) }
      charges.append(Charge(limit: limit, cost: cost))
    }
    route = Route(
      api: route.api, lane: route.lane, account: route.account, caller: route.caller,
      endpoint: route.endpoint, charges: charges, repeatability: route.repeatability)
    if below(10) == 0 { route.batch = "b\(below(30))" }
    return route
  }

  func take() {
    for action in engine.takeActions() {
      switch action {
      case .grant(let grant):
        #expect(waiting.remove(grant.ticket) != nil, "granted to nobody, seed \(seed)")
        open.append((grant, now))
        granted += 1
        note(grant)
      case .refuse(let ticket, let refusal):
        #expect(waiting.remove(ticket) != nil, "refused to nobody, seed \(seed)")
        check(refusal)
      case .notice: notices += 1
      }
    }
  }

  func check(_ refusal: Refusal) {
    note(refusal)
    let isUsable = refusal.retryAfter > .zero && refusal.retryAfter < .seconds(100 * 86_400)
    if !isUsable, told.insert(refusal.limit ?? "").inserted {
      Issue.record("no use: \(refusal), seed \(seed)")
    }
  }

  /// What a request does to the provider's counters.
  func arrive(_ entry: (grant: Grant, since: Instant), latest: Instant) {
    guard !isWild, let route = routes[entry.grant.ticket] else { return }
    let span = max(0, latest.nanoseconds - entry.since.nanoseconds)
    let time = entry.since.nanoseconds + Int64(random.unit() * Double(span))
    for charge in route.charges {
      let rule = bench.rules[charge.limit]
      var name = "\(charge.limit)"
      if rule.scope.contains(.key) { name += " k\(entry.grant.key ?? -1)" }
      if rule.scope.contains(.account) { name += " a\(route.account ?? "")" }
      if rule.scope.contains(.endpoint) { name += " e\(route.endpoint)" }
      if rule.scope.contains(.caller) { name += " c\(route.caller)" }
      arrivals[name, default: []].append((time, charge.cost))
    }
  }

  func signal() -> Signal {
    let kinds = Signal.Kind.allCases
    let scopes = Signal.Scope.allCases
    let delays: [Duration?] = [
      nil, .zero, .milliseconds(300), .seconds(2), .seconds(5), .seconds(below(20) == 0 ? 400 : 1),
    ]
    return Signal(
      kind: below(3) > 0 ? .limit : kinds[below(kinds.count)],
      scope: below(3) > 0 ? .narrowest : scopes[below(scopes.count)],
      delay: delays[below(delays.count)], isUnprocessed: below(2) == 0,
      bucket: below(6) == 0 ? ["w", "day", "k", "none"][below(4)] : nil)
  }

  func estimates() -> [Estimate] {
    guard isWild, below(15) == 0 else { return [] }
    let numbers = [0, 1, 2, 5, 30, 40, 200, 400, .max, -1, .min]
    let spans: [Duration?] = [
      nil, .zero, .seconds(10), .seconds(60), .seconds(-4), .seconds(1_000_000_000_000),
    ]
    return (0..<(1 + below(3))).map { _ in
      Estimate(
        name: below(2) == 0 ? bench.rules[below(bench.rules.count)].name : nil,
        scope: Signal.Scope.allCases[below(5)],
        limit: below(3) == 0 ? nil : numbers[below(numbers.count)],
        remaining: below(3) == 0 ? nil : numbers[below(numbers.count)],
        window: spans[below(spans.count)], reset: spans[below(spans.count)],
        meaning: [.windowEnd, .full, .nextSlot, .oldestExpires][below(4)],
        isOnlyUpperBound: below(4) == 0)
    }
  }

  func spent() -> [Spent] {
    guard isWild, below(15) == 0 else { return [] }
    let units = [0, 1, 3, 50, 1_000, -7, .max, .min]
    return [Spent(limit: below(bench.rules.count + 1), units: units[below(units.count)])]
  }

  func settle(_ entry: (grant: Grant, since: Instant)) {
    let ticket = entry.grant.ticket
    var verdict = Verdict.relay
    if below(2) == 0 { engine.sent(ticket, at: now) }
    switch below(40) {
    case 0: engine.unsent(ticket, at: now)
    case 1:
      arrive(entry, latest: now + .milliseconds(900))
      engine.lost(ticket, at: now)
    case 2:
      arrive(entry, latest: now + .milliseconds(900))
      verdict = engine.failed(
        ticket, .unanswered, isStale: below(2) == 0, canReplay: below(4) > 0, at: now)
    case 3:
      verdict = engine.failed(
        ticket, .unsent, isStale: below(2) == 0, canReplay: below(4) > 0, at: now)
    case 4, 5, 6:
      arrive(entry, latest: now)
      let reading = Reading(
        status: [429, 503, 500, 402, 409, 200][below(6)], signal: signal(), estimates: estimates())
      verdict = engine.responded(ticket, reading, spent: spent(), canReplay: below(5) > 0, at: now)
      if case .relay = verdict { engine.finished(ticket, at: now) }
    case 7:
      arrive(entry, latest: now)
      _ = engine.responded(ticket, Reading.plain(status: 200), canReplay: true, at: now)
      verdict = engine.failed(ticket, .unanswered, canReplay: below(2) == 0, at: now)
    case 8:
      arrive(entry, latest: now)
      _ = engine.responded(ticket, Reading.plain(status: 200), canReplay: true, at: now)
      engine.lost(ticket, at: now)
    default:
      arrive(entry, latest: now)
      let reading = Reading(status: below(9) == 0 ? 404 : 200, estimates: estimates())
      _ = engine.responded(ticket, reading, spent: spent(), canReplay: true, at: now)
      engine.finished(ticket, at: now)
    }
    if verdict.isRetry { waiting.insert(ticket) }
    if let refusal = verdict.refusal { check(refusal) }
  }

  func step() {
    now = now.advanced(byNanoseconds: Int64(below(60)) * 1_000_000)
    if below(1_500) == 0 { now = now.advanced(byNanoseconds: Int64(below(100)) * 1_000_000_000) }
    switch below(9) {
    case 0, 1, 2, 3:
      let route = route()
      let patience: Duration? = below(3) == 0 ? .milliseconds(below(20_000) - 100) : nil
      let arrival = engine.admit(route, patience: patience, at: now)
      switch arrival {
      case .granted(let grant):
        open.append((grant, now))
        routes[grant.ticket] = route
        granted += 1
        atOnce += 1
        note(grant)
      case .waiting(let ticket):
        waiting.insert(ticket)
        order.append(ticket)
        routes[ticket] = route
      case .refused(let refusal): check(refusal)
      }
    case 4:
      if !order.isEmpty, below(3) == 0 {
        let ticket = order.remove(at: below(order.count))
        if waiting.remove(ticket) != nil { engine.cancel(ticket, at: now) }
      }
    case 5:
      let account = "a\(below(20))"
      if below(20) == 0 {
        if engine.close(account: account, api: 0, at: now) { shut.insert(account) }
      } else if let account = shut.min(), below(4) == 0 {
        _ = engine.open(account: account, api: 0, at: now)
        shut.remove(account)
      }
      if isWild, below(200) == 0 {
        let wall = WallTime(secondsSinceEpoch: 1_700_000_000 + Int64(below(100_000)))
        engine.setWallClock(wall, at: now)
      }
      if below(20) == 0, isWild {
        engine.learn(roundTripFloor: .milliseconds(below(50)), api: 0, at: now)
      }
    default: if !open.isEmpty { settle(open.remove(at: below(open.count))) }
    }
    take()
  }
}
