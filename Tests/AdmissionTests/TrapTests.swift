import Feedback
import Limits
import Policy
import Seeding
import Testing
import Timekeeping

@testable import Admission

/// Traps other queueing proxies fell into.
@Suite struct TrapTests {
  @Test func `A caller that leaves in the middle of the response gives its slot back`() {
    let bench = Bench(limits: [concurrency("k", 1)])
    let grant = bench.pass(bench.route("a"))
    let waiter = bench.park(bench.route("b"))
    _ = bench.engine.responded(
      grant.ticket, Reading.plain(status: 200), canReplay: true, at: bench.now)
    bench.call { $0.lost(grant.ticket, at: $1) }
    bench.onGrant = { bench.answer($0) }
    bench.run(until: ms(61_000))
    #expect(bench.granted(waiter) && bench.engine.tickets.count == 0)
  }

  @Test(
    arguments: [
      (nil, 1_000, 1_200), (0, 1_000, 1_200), (-5_000, 1_000, 1_200), (400, 1_000, 1_200),
      (12_000, 12_000, 12_000), (198_300_000, 198_300_000, 198_300_000),
    ] as [(Int64?, Int64, Int64)])
  func `Whatever delay a 429 states, the scope is held that long and opens again`(
    stated: Int64?, least: Int64, most: Int64
  ) {
    let lanes = [Lane(name: "all", keys: [0], maxWait: .seconds(400_000))]
    let bench = Bench(limits: [window("w", 100, 60)], lanes: lanes)
    let victim = bench.pass(bench.route("a"))
    #expect(bench.block(victim, .key, stated.map { .milliseconds($0) }).isRetry)
    bench.onGrant = { bench.answer($0, after: .milliseconds(10)) }
    let waiter = bench.park(bench.route("b"))
    bench.run(until: ms(least - 1))
    #expect(bench.grants.count == 1)
    bench.run(until: ms(most + 1_000))
    #expect(bench.granted(waiter) && bench.granted(victim.ticket))
    #expect(bench.engine.waiting == 0)
  }

  @Test func `A provider that says "nothing left" and never when wedges nothing`() {
    let bench = Bench(limits: [window("w", 1_000, 60)])
    var refused = 0
    bench.onGrant = { grant in
      bench.at(bench.now + .milliseconds(50)) {
        // The first 40 answers are a 429 without any delay.
        guard refused < 40 else { return bench.answer(grant) }
        refused += 1
        bench.block(grant, .key)
      }
    }
    for index in 0..<20 { bench.admit(bench.route("a\(index % 5)")) }
    bench.run(until: ms(24 * 3_600_000))
    #expect(refused == 40 && bench.engine.waiting == 0)
    #expect(bench.engine.report(at: bench.now).apis[0].keys[0].heldFor == .zero)
  }

  @Test func `Back-off shrinks with quiet time alone, not only on success`() {
    let bench = Bench(limits: [window("w", 1_000, 60)])
    for step in 0..<6 {
      bench.run(until: ms(Int64(step) * 40_000))
      let arrival = bench.admit(bench.route("a\(step)"))
      if case .granted(let grant) = arrival { bench.block(grant, .key, canReplay: false) }
    }
    bench.run(until: bench.now + .seconds(1_000))
    let start = bench.now
    bench.block(bench.pass(bench.route("later")), .key, canReplay: false)
    let held = bench.engine.report(at: start).apis[0].keys[0].heldFor
    #expect(held >= .seconds(1) && held <= .milliseconds(1_200))
  }

  @Test func `A provider-wide 429 closes every bucket of all keys`() {
    let lanes = (0..<3).map { Lane(name: "l\($0)", keys: [$0], maxWait: .seconds(3_600)) }
    let bench = Bench(limits: [window("w", 10, 60)], keys: ["a", "b", "c"], lanes: lanes)
    let victim = bench.pass(bench.route("x", lane: 0))
    bench.block(victim, .api, .seconds(30), canReplay: false)
    var waiters: [TicketID] = []
    for index in 0..<30 {
      waiters.append(
        bench.park(
          bench.route("a\(index)", lane: index % 3, caller: "c\(index)", endpoint: "GET /\(index)"))
      )
    }
    bench.onGrant = { bench.answer($0, after: .milliseconds(5)) }
    bench.run(until: ms(29_999))
    #expect(bench.grants.count == 1)
    // Each key then lets its 10 through.
    bench.run(until: ms(31_000))
    #expect(bench.grants.count > 27)
    bench.run(until: ms(200_000))
    #expect(waiters.allSatisfy { bench.granted($0) })
  }

  @Test func `A route no rule names passes through the limits for all`() {
    var uploads = window("uploads", 1, 60)
    uploads.match = [RequestPattern("POST /upload")].compactMap { $0 }
    let bench = Bench(limits: [uploads, window("rest", 2, 60)])
    let router = Router(bench.rulebook)
    let routes = ["/never/heard/of", "/", "//", "/%2e%2e/x"].map {
      router.route(
        api: 0, method: "BREW", target: $0, field: { _ in nil }, caller: "c", ownKey: nil)
    }
    for route in routes { #expect(route.charges.map(\.limit) == [1]) }
    for route in routes { bench.admit(route) }
    #expect(bench.grants.count == 2 && bench.engine.waiting == 2)
  }

  @Test func `A request without an answer that cannot be repeated is sent once`() {
    let bench = Bench(limits: [window("w", 5, 60)])
    let grant = bench.pass(bench.route("a"))
    let verdict = bench.engine.failed(
      grant.ticket, .unanswered, canReplay: false, at: bench.now)
    #expect(verdict.isRelay)
    bench.run(until: ms(600_000))
    #expect(bench.grants.count == 1 && bench.engine.tickets.count == 0)
  }

  @Test func `A refused write is sent again, once the provider takes requests again`() {
    let bench = Bench(limits: [window("w", 5, 60)])
    let grant = bench.pass(bench.route("a"))
    #expect(bench.block(grant, .key, .seconds(3)).isRetry)
    bench.run(until: ms(3_000))
    #expect(bench.grants.map(\.ticket) == [grant.ticket, grant.ticket])
    #expect(bench.grants.last?.attempt == 2)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `Whatever is shed says when to come back, and then it is worth it`(seed: UInt64) {
    let bench = Bench(
      limits: [window("w", 5, 60), spacing("s", 7), bucketRule("b", perMinute: 30, burst: 3)],
      queues: QueueBounds(perLane: 8, total: 8), seed: seed)
    var random = SplitMix64(seed: seed)
    bench.onGrant = { grant in
      bench.at(bench.now + .milliseconds(Int64(20 + random.next() % 400))) {
        if random.next() % 20 == 0 {
          bench.block(grant, .key, .seconds(4), canReplay: false)
        } else {
          bench.answer(grant)
        }
      }
    }
    var refused = 0
    for _ in 0..<2_000 {
      bench.run(until: bench.now + .milliseconds(Int64(random.next() % 900)))
      let route = bench.route("a\(random.next() % 6)")
      let patience = Duration.milliseconds(Int64(random.next() % 20_000))
      guard let refusal = bench.admit(route, patience: patience).refusal else { continue }
      refused += 1
      #expect(refusal.limit != nil && !refusal.detail.isEmpty, "seed \(seed)")
      #expect(refusal.retryAfter > .zero && refusal.retryAfter < .seconds(600), "seed \(seed)")
      guard refusal.reason == .deadline else { continue }
      // What was not to be had in time is not promised earlier than it was refused for.
      #expect(refusal.retryAfter > patience, "seed \(seed)")
    }
    for refusal in bench.refusals.values { #expect(refusal.retryAfter >= .seconds(1)) }
    #expect(refused > 300, "seed \(seed)")
  }
}
