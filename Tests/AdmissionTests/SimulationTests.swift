import Feedback
import Limits
import Policy
import Seeding
import Testing
import Timekeeping

@testable import Admission

/// Counts arrivals exactly: how many of them no strict provider would have taken.
struct StrictProvider {
  var kind: LimitKind
  var log: [Int64] = []
  var first = 0
  var level: Int64 = 0
  var filled: Int64 = 0
  var refused = 0
  var accepted = 0

  init(_ kind: LimitKind) {
    self.kind = kind
    if case .tokenBucket(let rate, let burst, _) = kind {
      level = Int64(burst) * rate.per.wholeNanoseconds
    }
  }

  mutating func arrive(_ time: Int64) {
    var fits = false
    switch kind {
    case .slidingWindow(let rate):
      while first < log.count, log[first] <= time - rate.per.wholeNanoseconds { first += 1 }
      fits = log.count - first < rate.allow
      log.append(time)
    case .tokenBucket(let rate, let burst, _):
      let unit = rate.per.wholeNanoseconds
      level = min(Int64(burst) * unit, level + (time - filled) * Int64(rate.allow))
      filled = time
      fits = level >= unit
      if fits { level -= unit }
    default: break
    }
    if fits { accepted += 1 } else { refused += 1 }
  }
}

@Suite struct SimulationTests {
  struct Case: Sendable {
    var kind: LimitKind
    var callers: Int
    var seconds: Int64
    var least: Double
  }

  @Test(
    arguments: [
      Case(
        kind: .slidingWindow(rate: Rate(allow: 50, per: .seconds(5))), callers: 40, seconds: 600,
        least: 0.96),
      Case(
        kind: .tokenBucket(rate: Rate(allow: 120, per: .seconds(60)), burst: 120), callers: 100,
        seconds: 3_600, least: 0.995),
      Case(
        kind: .slidingWindow(rate: Rate(allow: 600, per: .seconds(60))), callers: 100,
        seconds: 1_200, least: 0.99),
    ], [1, 2] as [UInt64])
  func `Many callers from a cold start: no violation, and the allowance is used`(
    one: Case, seed: UInt64
  ) {
    let rule = LimitRule(name: "l", scope: .key, kind: one.kind)
    let bench = Bench(limits: [rule, concurrency("k", 64)], seed: seed)
    var provider = StrictProvider(one.kind)
    var random = SplitMix64(seed: seed)
    var caller: [TicketID: Int] = [:]
    let end = ms(one.seconds * 1000)
    func delay() -> Duration { .microseconds(Int64(20_000 + random.next() % 80_000)) }
    func ask(_ number: Int) {
      let route = bench.route("a\(number % 7)", caller: "c\(number)")
      if case .waiting(let ticket) = bench.admit(route) { caller[ticket] = number }
    }
    bench.onGrant = { grant in
      let number = caller.removeValue(forKey: grant.ticket) ?? 0
      // Some leave before anything is sent, some answers never come.
      let fate = random.next() % 200
      if fate == 0 {
        bench.at(bench.now) {
          bench.call { $0.unsent(grant.ticket, at: $1) }
          ask(number)
        }
        return
      }
      bench.at(bench.now + .microseconds(100)) {
        bench.call { $0.sent(grant.ticket, at: $1) }
      }
      let arrival = bench.now + delay()
      bench.at(arrival) { provider.arrive(bench.now.nanoseconds) }
      bench.at(arrival + delay()) {
        bench.answer(grant)
        ask(number)
      }
    }
    for number in 0..<one.callers { ask(number) }
    bench.run(until: end)
    #expect(provider.refused == 0, "seed \(seed)")
    var possible = 0.0
    switch one.kind {
    case .slidingWindow(let rate):
      possible = Double(rate.allow) * Double(one.seconds) / rate.per.inSeconds
    case .tokenBucket(let rate, let burst, _):
      possible = Double(burst) + Double(rate.allow) * Double(one.seconds) / rate.per.inSeconds
    default: break
    }
    #expect(Double(provider.accepted) >= one.least * possible, "seed \(seed)")
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `Under everything that can happen nothing leaks and no order breaks`(seed: UInt64) {
    let lanes = [
      Lane(name: "a", keys: [0, 1], weight: 4, maxWait: .seconds(120)),
      Lane(name: "b", keys: [1], weight: 1, maxWait: .seconds(60)),
    ]
    let bench = Bench(
      limits: [
        window("w", 20, 10), bucketRule("b", perMinute: 200, burst: 10),
        spacing("s", 1), concurrency("k", 8, per: .api), window("e", 15, 10, per: .endpoint),
      ], keys: ["x", "y"], lanes: lanes, connections: 12, seed: seed)
    var random = SplitMix64(seed: seed)
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    var open: Set<TicketID> = []
    var waiting: [TicketID] = []
    bench.onGrant = { grant in
      open.insert(grant.ticket)
      waiting.removeAll { $0 == grant.ticket }
      bench.at(bench.now + .milliseconds(5 + below(300))) {
        open.remove(grant.ticket)
        switch below(12) {
        case 0: bench.call { $0.unsent(grant.ticket, at: $1) }
        case 1: bench.call { $0.lost(grant.ticket, at: $1) }
        case 2: _ = bench.engine.failed(grant.ticket, .unanswered, isStale: true, at: bench.now)
        case 3: _ = bench.engine.failed(grant.ticket, .unsent, isStale: true, at: bench.now)
        case 4:
          let scopes: [Signal.Scope] = [.key, .account, .endpoint, .api, .narrowest]
          bench.block(grant, scopes[below(5)], below(2) == 0 ? nil : .seconds(below(4)))
        default: bench.answer(grant)
        }
      }
    }
    for step in 0..<4_000 {
      bench.at(ms(Int64(step) * 50)) {
        let route = bench.route(
          "a\(below(12))", lane: below(2), caller: "c\(below(3))", endpoint: "GET /\(below(3))")
        let patience: Duration? = below(3) == 0 ? .seconds(below(30)) : nil
        if case .waiting(let ticket) = bench.admit(route, patience: patience) {
          waiting.append(ticket)
        }
        if below(10) == 0, !waiting.isEmpty {
          let ticket = waiting.remove(at: below(waiting.count))
          bench.call { $0.cancel(ticket, at: $1) }
        }
      }
    }
    bench.run(until: ms(1_500_000))
    let engine = bench.engine
    #expect(engine.waiting == 0, "seed \(seed)")
    #expect(open.isEmpty && engine.tickets.count == 0, "seed \(seed)")
    for slot in engine.rooms.indices {
      var room = engine.rooms[slot]
      #expect(room.queue.isIdle && room.promised == 0 && room.queued == 0, "seed \(seed)")
      // What refusals cost a limit comes back one unit an hour.
      let later = bench.now + .seconds(3_600_000)
      _ = room.bucket.isForgettable(at: later)
      let isForgettable = room.bucket.isForgettable(at: later + .seconds(3_600))
      #expect(isForgettable, "seed \(seed) \(room.key)")
    }
    #expect(engine.apis[0].inFlight == [0, 0])
    #expect(engine.nextDeadline == nil)
    let lanesReport = engine.report(at: bench.now).apis[0].lanes
    #expect(lanesReport.allSatisfy { $0.granted > 30 }, "seed \(seed)")
  }

  @Test func `100,000 tickets over 10,000 accounts pass without quadratic work`() {
    let bench = Bench(
      limits: [
        bucketRule("b", perMinute: 6_000_000, burst: 10),
        bucketRule("own", perMinute: 600_000, burst: 100, per: .account),
      ], queues: QueueBounds(perLane: 200_000, total: 200_000), connections: 200_000)
    var parked: [TicketID] = []
    let start = ContinuousClock.now
    for index in 0..<100_000 {
      if case .waiting(let ticket) = bench.admit(bench.route("a\(index % 10_000)")) {
        parked.append(ticket)
      }
    }
    #expect(parked.count > 99_000)
    for (index, ticket) in parked.enumerated() where index % 2 == 0 {
      bench.call { $0.cancel(ticket, at: $1) }
    }
    bench.onGrant = { bench.answer($0, after: .zero) }
    for grant in bench.grants { bench.answer(grant) }
    bench.run(until: ms(3_600_000))
    #expect(bench.engine.waiting == 0 && bench.engine.tickets.count == 0)
    // Quadratic work would take minutes; a debug build on a busy machine takes seconds.
    #expect(ContinuousClock.now - start < .seconds(60))
  }

  @Test func `A contended wide bucket does not draw all waiters of a narrow one`() {
    // All need "posts" (narrow) and "rate" (wide, saturated by others): wakes stay bounded.
    var posts = window("posts", 5, 10)
    posts.match = [RequestPattern("POST /posts")].compactMap { $0 }
    let bench = Bench(limits: [posts, bucketRule("rate", perMinute: 600, burst: 1)])
    bench.onGrant = { bench.answer($0, after: .milliseconds(10)) }
    for index in 0..<500 { bench.admit(bench.route("p\(index)", limits: [0, 1])) }
    for index in 0..<2_000 { bench.admit(bench.route("r\(index % 50)", caller: "r", limits: [1])) }
    bench.run(until: ms(60_000))
    #expect(bench.grants.count > 400)
    var standing = 0
    if var queue = bench.engine.rooms.first(where: { $0.key.rule == 1 })?.queue {
      while let flow = queue.first(at: bench.now) {
        queue.remove(flow)
        standing += 1
      }
    }
    // Those who wait for posts stay there: the wide queue holds the readers and few posters.
    #expect(standing < 50 + 20)
  }
}
