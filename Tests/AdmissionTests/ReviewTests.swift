import Feedback
import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

@Suite struct ReviewTests {
  static let lanes = [
    Lane(name: "other", keys: [0], maxWait: .seconds(86_400)),
    Lane(name: "up", keys: [0], maxWait: .seconds(86_400)),
  ]

  @Test func `A step of the wall clock closes hours and moves aligned windows`() {
    let hour: Int64 = 3_600_000_000_000
    let nights = LimitRule(
      name: "nights", scope: .api,
      kind: .hours(ClosedHours(from: 23 * hour, to: 23 * hour + hour / 2, zone: .utc)))
    let aligned = LimitRule(
      name: "w", scope: .key,
      kind: .fixedWindow(
        rate: Rate(allow: 1, per: .seconds(3_600)), start: .aligned(offset: .zero, delta: .zero)))
    let bench = Bench(limits: [nights, aligned])
    // 22:13:20 at the origin.
    #expect(bench.admit(bench.route(limits: [0])).isGranted)
    bench.answer(bench.pass(bench.route("a", limits: [1])))
    let behind = bench.park(bench.route("a", limits: [1]))
    bench.run(until: ms(1_000))
    #expect(!bench.granted(behind))
    bench.call { $0.setWallClock(WallTime(secondsSinceEpoch: 1_700_003_600), at: $1) }
    #expect(bench.granted(behind))
    let closed = bench.park(bench.route(limits: [0]))
    bench.run(until: ms(900_000))
    #expect(!bench.granted(closed))
    bench.run(until: ms(1_050_000))
    #expect(bench.granted(closed))
  }

  @Test func `A limit others have a share of opens again after a block`() {
    let posts = LimitRule(
      name: "posts", scope: .account, kind: .calendar(allow: 1_000), reserved: ["up": 30])
    let bench = Bench(limits: [posts], lanes: ReviewTests.lanes)
    #expect(bench.block(bench.pass(bench.route("a")), .narrowest, .seconds(1)).isRetry)
    bench.run(until: ms(100_000))
    #expect(bench.grants.count == 2)
  }

  @Test func `Those who wait for others' share do not stand in their way`() {
    var rule = window("w", 10, 60)
    rule.reserved = ["up": 30]
    let bench = Bench(limits: [rule], lanes: ReviewTests.lanes)
    for _ in 0..<7 { _ = bench.pass(bench.route("a")) }
    let parked = (0..<3).map { bench.park(bench.route("b\($0)")) }
    for _ in 0..<3 { _ = bench.pass(bench.route("c", lane: 1)) }
    let last = bench.park(bench.route("c", lane: 1))
    for grant in bench.grants { bench.answer(grant) }
    bench.run(until: ms(62_000))
    #expect(bench.granted(last) && parked.allSatisfy { bench.granted($0) })
  }

  @Test func `The reserved lane gets its units in time while others wait`() {
    var rule = window("w", 10, 60)
    rule.reserved = ["up": 30]
    let bench = Bench(limits: [rule], lanes: ReviewTests.lanes)
    for _ in 0..<7 { bench.answer(bench.pass(bench.route("a"))) }
    for _ in 0..<40 { _ = bench.park(bench.route("b")) }
    for _ in 0..<3 { bench.answer(bench.pass(bench.route("c", lane: 1))) }
    let last = bench.park(bench.route("c", lane: 1))
    bench.run(until: ms(60_100))
    #expect(bench.granted(last))
  }

  @Test(arguments: [Spill.whenOut, .whenBlocked])
  func `A key that was out is tried again by the accounts that stay with it`(spill: Spill) {
    let bench = KeyPoolTests().bench(spill, keys: 2, allow: 10_000)
    let first = bench.pass(bench.route("a"))
    bench.respond(first, 402, KeyPoolTests.permanent)
    bench.call { $0.finished(first.ticket, at: $1) }
    let away = bench.pass(bench.route("a"))
    #expect(away.key != first.key)
    bench.answer(away)
    bench.run(until: ms(80_000))
    let probe = bench.pass(bench.route("a"))
    #expect(probe.key == first.key)
    #expect(bench.pass(bench.route("a", caller: "d")).key != first.key, "one probe, not more")
    bench.answer(probe)
    #expect(bench.pass(bench.route("a")).key == first.key)
    #expect(bench.notices.count == 2)
  }

  @Test func `Those who wait at a key that goes out spill over`() {
    let bench = KeyPoolTests().bench(.whenOut, keys: 2)
    let first = bench.pass(bench.route("a"))
    #expect(bench.block(first, .key, .seconds(5)).isRetry)
    let behind = bench.park(bench.route("a", caller: "d"))
    bench.run(until: ms(6_500))
    #expect(bench.grants.count == 2 && bench.grants[1].key == first.key, "the probe")
    bench.respond(bench.grants[1], 402, KeyPoolTests.permanent)
    bench.run(until: ms(6_600))
    #expect(bench.granted(behind) && bench.grants.last?.key != first.key)
  }

  @Test func `Other keys take what one key's quota has no room for`() {
    let bench = KeyPoolTests().bench(keys: 2)
    let quota = Signal(kind: .quota, scope: .key, delay: .seconds(36_000), reason: "daily")
    let first = bench.pass(bench.route("a"))
    #expect(bench.respond(first, 429, quota).isRetry)
    #expect(bench.grants.count == 2 && bench.grants[1].key != first.key)
    #expect(bench.respond(bench.grants[1], 429, quota).refusal?.reason == .quota)
    let keyed = Bench(limits: [window("w", 100, 60)], keys: ["x", "y"])
    let bound = keyed.pass(keyed.route("a", repeatability: .keyed))
    let long = Signal(kind: .quota, scope: .key, delay: .seconds(100_000))
    #expect(keyed.respond(bound, 429, long).refusal?.reason == .quota)
  }

  @Test func `A request that fits no more is refused and holds nobody up`() {
    let bench = Bench(limits: [window("tier", 10, 60)])
    let limit = { (limit: Int) in
      Estimate(
        scope: .key, limit: limit, remaining: 0, window: .seconds(60), reset: .seconds(60),
        meaning: .oldestExpires)
    }
    let first = bench.pass(bench.route("z"))
    let second = bench.pass(bench.route("y", cost: 5))
    bench.run(until: ms(10))
    bench.respond(first, 200, estimates: [limit(10)])
    bench.call { $0.finished(first.ticket, at: $1) }
    let large = bench.park(bench.route("a", cost: 8))
    let small = bench.park(bench.route("b"))
    let third = bench.park(bench.route("a", cost: 8))
    bench.run(until: ms(20))
    bench.respond(second, 200, estimates: [limit(5)])
    bench.call { $0.finished(second.ticket, at: $1) }
    bench.run(until: ms(200_000))
    #expect(bench.granted(small))
    #expect(bench.refusals[large]?.reason == .neverFits)
    #expect(bench.refusals[third]?.reason == .neverFits)
    #expect(bench.admit(bench.route("c", cost: 8)).refusal?.reason == .neverFits)
    #expect(bench.engine.tickets.count == 1)
  }

  @Test func `A burst of soft blocks halves the pace once`() {
    let bench = Bench(limits: [window("w", 100, 60, per: .account)])
    let grants = (0..<8).map { _ in bench.pass(bench.route("a")) }
    let soft = Signal(kind: .softBlock, scope: .account, delay: .seconds(60))
    for (index, grant) in grants.enumerated() {
      bench.run(until: ms(Int64(index) * 1_500))
      bench.respond(grant, 429, soft)
    }
    let slot = bench.engine.rooms.indices.first { bench.engine.rooms[$0].key.rule == 0 } ?? 0
    #expect(bench.engine.rooms[slot].bucket.capacity >= 40)
  }

  @Test func `Too many at once is not tried five times in a row`() {
    let bench = Bench(limits: [concurrency("k", 16)])
    let grants = (0..<16).map { _ in bench.pass(bench.route()) }
    let signal = Signal(kind: .concurrency, scope: .key, delay: nil)
    bench.onGrant = { grant in
      bench.at(bench.now + .milliseconds(50)) {
        // The provider bears 4, which take 5 s each.
        if bench.now < ms(5_000) {
          bench.respond(grant, 429, signal)
        } else {
          bench.answer(grant)
        }
      }
    }
    for grant in grants[..<4] { bench.answer(grant, after: .seconds(5)) }
    for grant in grants[4...] { #expect(bench.respond(grant, 429, signal).isRetry) }
    bench.run(until: ms(120_000))
    #expect(bench.refusals.isEmpty && bench.engine.tickets.count == 0)
    #expect(bench.notices.count < 12)
  }

  @Test func `A batch whose first request is refused in the end is not sent`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    let first = bench.pass(BatchTests().route(bench, "a0"))
    let rest = (1..<4).map { bench.park(BatchTests().route(bench, "a\($0)")) }
    #expect(
      bench.block(first, .account, .seconds(1), canReplay: false).refusal?.reason == .attempts)
    for ticket in rest { #expect(bench.refusals[ticket]?.reason == .batchFailed) }
    #expect(bench.grants.count == 1)
  }

  @Test(arguments: [Repeatability.once, .idempotent])
  func `A probe the provider fails to answer does not bring a key back`(what: Repeatability) {
    let bench = KeyPoolTests().bench(keys: 1)
    let first = bench.pass(bench.route("a"))
    bench.respond(first, 402, KeyPoolTests.permanent)
    bench.call { $0.finished(first.ticket, at: $1) }
    bench.run(until: ms(80_000))
    let probe = bench.pass(bench.route("b", repeatability: what))
    bench.respond(probe, 500, RetryTests.signal(.failure))
    #expect(bench.engine.report(at: bench.now).apis[0].keys[0].isOut)
    bench.call { $0.finished(probe.ticket, at: $1) }
    let next = bench.pass(bench.route("c"))
    #expect(bench.admit(bench.route("d")).isWaiting)
    bench.answer(next)
    #expect(!bench.engine.report(at: bench.now).apis[0].keys[0].isOut)
    #expect(bench.notices.last?.event == .keyBack(key: "k0"))
  }

  @Test func `A key whose probe is refused for another's sake is back, and that is told`() {
    let bench = KeyPoolTests().bench(keys: 1)
    let first = bench.pass(bench.route("a"))
    bench.respond(first, 402, KeyPoolTests.permanent)
    bench.call { $0.finished(first.ticket, at: $1) }
    bench.run(until: ms(80_000))
    #expect(bench.block(bench.pass(bench.route("b")), .account, .seconds(1)).isRetry)
    #expect(bench.notices.last?.event == .keyBack(key: "k0"))
  }

  @Test func `Limits to be learned are forgotten for accounts that nobody uses`() {
    let rule = LimitRule(
      name: "found", scope: .account, kind: .learned(start: Rate(allow: 10, per: .seconds(1))))
    let bench = Bench(limits: [rule], bucketBound: 100)
    for index in 0..<1_000 {
      bench.run(until: ms(Int64(index) * 1_000))
      let arrival = bench.admit(bench.route("a\(index)"))
      #expect(arrival.isGranted, "\(index)")
      guard arrival.isGranted else { return }
      bench.answer(bench.grants[index])
    }
  }

  @Test func `Nonsense for a cost does not block a bucket for years`() {
    let bench = Bench(limits: [bucketRule("points", perMinute: 60, burst: 100)])
    let first = bench.pass(bench.route())
    bench.respond(first, 200, spent: [Spent(limit: 0, units: .max)])
    bench.call { $0.finished(first.ticket, at: $1) }
    let next = bench.park(bench.route())
    bench.run(until: ms(3_600_000))
    #expect(bench.granted(next))
  }

  @Test func `A connection is free when its request is lost`() {
    let bench = Bench(limits: [window("w", 100, 60)], connections: 2)
    let first = bench.pass(bench.route("a"))
    let second = bench.pass(bench.route("b"))
    bench.call { $0.lost(first.ticket, at: $1) }
    #expect(bench.fail(second, .unanswered, isStale: true).isRetry)
    #expect(bench.admit(bench.route("c")).isGranted)
    bench.answer(bench.grants[2])
    bench.run(until: ms(60_000))
    #expect(bench.grants.count == 4)
    bench.answer(bench.grants[3])
    bench.run(until: ms(120_000))
    #expect(bench.pass(bench.route("c")).key == 0 && bench.pass(bench.route("d")).key == 0)
    #expect(bench.admit(bench.route("e")).isWaiting)
  }

  @Test func `A repeated request rests though it is not the first of its account`() {
    let bench = Bench(limits: [concurrency("k", 2)])
    let first = bench.pass(bench.route("a"))
    let second = bench.pass(bench.route("a"))
    #expect(bench.respond(first, 409, RetryTests.signal(.lock)).isRetry)
    #expect(bench.respond(second, 409, RetryTests.signal(.lock)).isRetry)
    var times: [TicketID: Instant] = [:]
    bench.onGrant = { times[$0.ticket] = bench.now }
    bench.call { $0.cancel(first.ticket, at: $1) }
    bench.run(until: ms(100))
    #expect(bench.grants.count == 2)
    bench.run(until: ms(3_000))
    #expect((times[second.ticket] ?? ms(0)) >= ms(500))
  }

  @Test func `A limit that flickers is not told of each time`() {
    let bench = Bench(limits: [window("tier", 1_000, 60)])
    for round in 0..<100 {
      let grant = bench.pass(bench.route())
      bench.run(until: bench.now + .milliseconds(5))
      let limit = round % 2 == 0 ? 1_000 : 600
      bench.respond(
        grant, 200,
        estimates: [
          Estimate(
            scope: .key, limit: limit, remaining: 500, window: .seconds(60), reset: .seconds(60))
        ])
      bench.call { $0.finished(grant.ticket, at: $1) }
    }
    #expect(bench.notices.count < 10)
  }
}
