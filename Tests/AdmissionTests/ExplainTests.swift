import Feedback
import Limits
import Policy
import Seeding
import Testing
import Timekeeping

@testable import Admission

/// What `explain` says is what `admit` would do, and asking changes nothing.
@Suite struct ExplainTests {
  @Test func `A request that can go is told what it would take`() {
    let bench = Bench(limits: [window("w", 5, 60), window("own", 2, 60, per: .account)])
    let explanation = bench.engine.explain(bench.route("a", cost: 2), at: ms(0))
    #expect(explanation.wait == .zero && explanation.blocker == nil && explanation.refusal == nil)
    #expect(explanation.api == "api" && explanation.lane == "all" && explanation.account == "a")
    #expect(explanation.keys.map(\.key) == ["main"])
    let rows = explanation.keys[0].buckets
    #expect(rows.map(\.limit) == ["w", "own", "connections"])
    #expect(rows.map(\.of) == ["main", "a", "api"])
    #expect(rows.map(\.cost) == [2, 2, 1] && rows.map(\.left) == [5, 2, 100_000])
  }

  @Test func `One that waits is told the limit, until when, and who is ahead`() {
    let bench = Bench(limits: [window("w", 2, 60)])
    for _ in 0..<2 { bench.answer(bench.pass(bench.route("a"))) }
    bench.run(until: ms(1_000))
    for index in 0..<9 { _ = bench.park(bench.route("b\(index % 4)")) }
    let explanation = bench.engine.explain(bench.route("b0"), at: ms(1_000))
    #expect(explanation.aheadInFlow == 3 && explanation.aheadInLane == 9)
    #expect(explanation.blocker?.limit == "w" && explanation.blocker?.of == "main")
    let opens = explanation.blocker?.opens ?? .zero
    #expect(opens > .seconds(58) && opens < .seconds(61))
    #expect(
      explanation.blocker?.accounts.map { "\($0.account ?? "-") \($0.waiting)" }
        == ["b0 3", "b1 2", "b2 2", "b3 2"])
    #expect(explanation.wait ?? .zero > opens)
    #expect(explanation.longestWait ?? .zero >= explanation.wait ?? .zero)
    #expect(explanation.keys[0].buckets[0].queued == 9)
  }

  @Test func `One that waits for an answer is told so`() {
    let slot = LimitRule(name: "slots", scope: .key, kind: .concurrency(allow: 1))
    let bench = Bench(limits: [slot], keys: ["x", "y"])
    _ = bench.pass(bench.route("a"))
    #expect(bench.engine.explain(bench.route("b"), at: ms(0)).blocker == nil)
    _ = bench.pass(bench.route("a"))
    _ = bench.park(bench.route("a"))
    let explanation = bench.engine.explain(bench.route("b"), at: ms(0))
    #expect(explanation.blocker?.limit == "slots" && explanation.wait == .zero)
    #expect(explanation.keys.allSatisfy { $0.buckets[0].needsAnswer })
    #expect(explanation.blocker?.accounts.map(\.account) == ["a"])
  }

  @Test func `A held key and a cost too large are named`() {
    let bench = Bench(limits: [window("w", 5, 60)])
    let grant = bench.pass(bench.route("a"))
    bench.engine.sent(grant.ticket, at: ms(10))
    let signal = Signal(scope: .key, delay: .seconds(30))
    _ = bench.engine.responded(
      grant.ticket, Reading(status: 429, signal: signal), canReplay: false, at: ms(20))
    let held = bench.engine.explain(bench.route("a"), at: ms(20))
    #expect(held.blocker?.limit == "key main")
    #expect(held.keys[0].buckets.contains { $0.kind == "hold" && $0.heldFor > .seconds(29) })
    let large = bench.engine.explain(bench.route("a", cost: 6), at: ms(20))
    #expect(large.refusal == .neverFits)
  }

  @Test func `A full lane and a short patience refuse`() {
    let lanes = [Lane(name: "all", keys: [0], maxWait: .seconds(30))]
    let short = Bench(limits: [window("w", 1, 60)], lanes: lanes)
    short.answer(short.pass(short.route("a")))
    #expect(short.engine.explain(short.route("a"), at: ms(0)).refusal == .deadline)
    let full = Bench(
      limits: [window("w", 1, 60)], queues: QueueBounds(perLane: 1, total: 5))
    full.answer(full.pass(full.route("a")))
    _ = full.park(full.route("a"))
    #expect(full.engine.explain(full.route("b"), at: ms(0)).refusal == .laneFull)
    full.engine.drain(patience: .seconds(1), at: ms(0))
    #expect(full.engine.explain(full.route("b"), at: ms(0)).refusal == .draining)
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func `Asking changes nothing, and the wait is the one admission predicts`(
    seed: UInt64
  ) {
    var random = SplitMix64(seed: seed)
    let limits = [
      bucketRule("b", perMinute: 120, burst: 5), window("w", 20, 60, per: .account),
      LimitRule(name: "c", scope: .key, kind: .concurrency(allow: 4)),
    ]
    let asked = Bench(limits: limits, keys: ["x", "y"], seed: seed)
    let silent = Bench(limits: limits, keys: ["x", "y"], seed: seed)
    for bench in [asked, silent] { bench.onGrant = { bench.answer($0, after: .milliseconds(300)) } }
    for step in 0..<400 {
      let now = ms(Int64(step) * 150)
      let account = "a\(random.next() % 6)"
      for bench in [asked, silent] { bench.run(until: now) }
      let before = sizes(asked.engine)
      let explanation = asked.engine.explain(asked.route(account), at: now)
      _ = asked.engine.explain(asked.route("never-\(step)", caller: "nobody"), at: now)
      #expect(sizes(asked.engine) == before, "seed \(seed), step \(step)")
      if random.next() % 3 == 0 {
        // A caller without patience is told when to come back, and takes nothing.
        let told = [asked, silent].map { $0.admit($0.route(account), patience: .zero).refusal }
        if let refusal = told[0], refusal.reason == .deadline, let wait = explanation.wait {
          let difference = wait - refusal.retryAfter
          // Where tags are equal the order of arrival decides, which one who only asks has not.
          let bound = max(1_500_000_000, refusal.retryAfter.wholeNanoseconds / 10)
          #expect(abs(difference.wholeNanoseconds) <= bound, "seed \(seed), step \(step)")
        }
      }
      for bench in [asked, silent] { bench.admit(bench.route(account)) }
      #expect(asked.engine.nextDeadline == silent.engine.nextDeadline, "seed \(seed), step \(step)")
    }
    #expect(asked.grants == silent.grants && asked.grants.count > 100, "seed \(seed)")
  }

  private func sizes(_ engine: AdmissionEngine) -> [Int] {
    [
      engine.tickets.count, engine.flows.count, engine.demands.count, engine.rooms.count,
      engine.roomIndex.count, engine.names.count, engine.waiting,
    ]
  }

  @Test func `Accounts and callers out of credentials are hidden`() {
    let api = Api(
      name: "api", origin: Origin(isSecure: true, host: "api.test", port: 443), hosts: [],
      accountSelectors: [.header("authorization")],
      limits: [window("w", 1, 60, per: [.account, .caller])],
      lanes: [Lane(name: "all", maxWait: .seconds(600))])
    let address = ListenAddress.tcp(host: "127.0.0.1", port: 0)
    let engine = AdmissionEngine(
      rulebook: Rulebook(
        proxies: [ListenRule(address)], admin: ListenRule(address), callers: .header("cookie"),
        apis: [api]), at: ms(0), wall: WallTime(secondsSinceEpoch: 0), seed: 1)
    let route = Route(
      api: 0, lane: 0, account: "canary", caller: "canary", endpoint: "GET /",
      charges: [Charge(limit: 0)])
    _ = engine.admit(route, at: ms(0))
    _ = engine.admit(route, at: ms(0))
    let explanation = engine.explain(route, at: ms(0))
    #expect(explanation.blocker?.accounts.first?.waiting == 1)
    #expect(!"\(explanation)".contains("canary"))
  }
}
