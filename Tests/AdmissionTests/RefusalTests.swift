import Feedback
import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

@Suite struct RefusalTests {
  @Test func `What cannot meet its deadline is refused at arrival at no cost, with a true delay`() {
    let bench = Bench(limits: [window("w", 2, 60)])
    for _ in 0..<2 { bench.answer(bench.pass(bench.route("a"))) }
    bench.run(until: ms(10_000))
    let refusal = bench.admit(bench.route("a"), patience: .milliseconds(50_029)).refusal
    #expect(refusal?.reason == .deadline && refusal?.limit == "w")
    #expect(refusal?.retryAfter == .milliseconds(50_030))
    #expect(bench.engine.waiting == 0 && bench.engine.tickets.count == 0)
    let fits = bench.park(bench.route("a"), patience: .milliseconds(50_030))
    bench.run(until: ms(60_030))
    #expect(bench.granted(fits))
  }

  @Test func `What stands ahead counts`() {
    let bench = Bench(limits: [bucketRule("b", perMinute: 60, burst: 1)])
    bench.onGrant = { bench.answer($0, after: .zero) }
    bench.admit(bench.route("a"))
    bench.run(until: ms(0))
    for _ in 0..<10 { _ = bench.park(bench.route("a"), patience: .seconds(600)) }
    let refusal = bench.admit(bench.route("a"), patience: .seconds(10)).refusal
    #expect(refusal?.reason == .deadline)
    #expect(refusal.map { $0.retryAfter > .seconds(10) && $0.retryAfter < .seconds(12) } == true)
    let fits = bench.park(bench.route("a"), patience: .seconds(13))
    let newcomer = bench.park(bench.route("other"), patience: .seconds(3))
    bench.run(until: ms(20_000))
    #expect(bench.granted(fits) && bench.granted(newcomer))
  }

  @Test func `Patience shortens the lane's and never lengthens it`() {
    let lanes = [Lane(name: "l", keys: [0], maxWait: .seconds(30))]
    let bench = Bench(limits: [concurrency("k", 1)], lanes: lanes)
    _ = bench.pass(bench.route("a"))
    let long = bench.park(bench.route("a"), patience: .seconds(300))
    let short = bench.park(bench.route("b"), patience: .seconds(5))
    bench.run(until: ms(4_999))
    #expect(bench.refusals.isEmpty)
    bench.run(until: ms(5_000))
    #expect(bench.refusals[short]?.reason == .deadline && bench.refusals[short]?.limit == "k")
    #expect(bench.refusals[short].map { $0.retryAfter > .zero } == true)
    bench.run(until: ms(30_000))
    #expect(bench.refusals[long] != nil && bench.engine.waiting == 0)
    #expect(bench.engine.report(at: bench.now).apis[0].lanes[0].refused == 2)
  }

  @Test func `No patience at all takes what is free and refuses the rest`() {
    let bench = Bench(limits: [concurrency("k", 1)])
    #expect(bench.admit(bench.route("a"), patience: .zero).isGranted)
    let refusal = bench.admit(bench.route("a"), patience: .zero).refusal
    #expect(refusal?.reason == .deadline && (refusal?.retryAfter ?? .zero) > .zero)
  }

  @Test func `Room at the very deadline is used`() {
    let bench = Bench(limits: [window("w", 1, 60)])
    bench.answer(bench.pass(bench.route("a")))
    let ticket = bench.park(bench.route("a"), patience: .milliseconds(60_030))
    bench.call { engine, _ in engine.advance(to: ms(60_030)) }
    #expect(bench.refusals.isEmpty && bench.grants.last?.ticket == ticket)
  }

  @Test func `Queues are bounded per lane and in all, and what is free still goes`() {
    let lanes = (0..<2).map { Lane(name: "l\($0)", keys: [$0], maxWait: .seconds(3600)) }
    let bench = Bench(
      limits: [window("w", 1, 60)], keys: ["a", "b"], lanes: lanes,
      queues: QueueBounds(perLane: 5, total: 7))
    bench.answer(bench.pass(bench.route("x", lane: 0)))
    let tickets = (0..<5).map { _ in bench.park(bench.route("x", lane: 0)) }
    let full = bench.admit(bench.route("y", lane: 0)).refusal
    #expect(full?.reason == .laneFull && full.map { $0.retryAfter >= .seconds(1) } == true)
    #expect(bench.admit(bench.route("y", lane: 1)).isGranted)
    for _ in 0..<2 { _ = bench.park(bench.route("y", lane: 1)) }
    #expect(bench.admit(bench.route("y", lane: 1)).refusal?.reason == .queueFull)
    bench.call { $0.cancel(tickets[2], at: $1) }
    #expect(bench.admit(bench.route("y", lane: 1)).isWaiting)
  }

  @Test func `A cost no limit can hold is refused for good`() {
    let bench = Bench(limits: [window("w", 3, 60)])
    let refusal = bench.admit(bench.route("a", cost: 4)).refusal
    #expect(refusal?.reason == .neverFits && refusal?.limit == "w")
    #expect(refusal.map { $0.retryAfter > .seconds(3600) } == true)
    #expect(bench.admit(bench.route("a", cost: 3)).isGranted)
  }

  @Test func `Buckets are bounded, and those in use are never given up`() {
    let bench = Bench(limits: [window("w", 1, 60, per: .account)], bucketBound: 50)
    var granted = 0
    for index in 0..<100 {
      switch bench.admit(bench.route("a\(index)")) {
      case .granted(let grant):
        granted += 1
        bench.answer(grant)
      case .refused(let refusal): #expect(refusal.reason == .tooManyBuckets)
      case .waiting: Issue.record("must not wait")
      }
    }
    #expect((40...50).contains(granted))
    bench.run(until: ms(70_000))
    #expect(bench.admit(bench.route("later")).isGranted)
    #expect(bench.engine.roomIndex.count <= 50)
  }

  @Test func `Draining refuses newcomers at once and waiters after its patience`() {
    let bench = Bench(limits: [window("w", 1, 60)])
    bench.answer(bench.pass(bench.route("a")))
    bench.run(until: ms(55_000))
    let soon = bench.park(bench.route("a"))
    let late = bench.park(bench.route("a"))
    bench.call { $0.drain(patience: .seconds(10), at: $1) }
    let refusal = bench.admit(bench.route("b")).refusal
    #expect(refusal?.reason == .draining && refusal.map { $0.retryAfter > .zero } == true)
    bench.run(until: ms(64_999))
    #expect(bench.granted(soon) && bench.refusals.isEmpty)
    bench.run(until: ms(65_000))
    #expect(bench.refusals[late]?.reason == .draining)
    #expect(bench.engine.waiting == 0)
  }

  @Test func `A 429 while draining is refused where its hold outlasts the drain`() {
    let bench = Bench(limits: [window("w", 5, 60)])
    let grants = (0..<2).map { _ in bench.pass(bench.route("a")) }
    bench.call { $0.drain(patience: .seconds(10), at: $1) }
    #expect(bench.block(grants[0], .account, .seconds(20)).refusal?.reason == .draining)
  }

  @Test func `Names of tickets that are gone are ignored`() {
    let bench = Bench(limits: [window("w", 2, 60)])
    let grant = bench.pass(bench.route("a"))
    bench.answer(grant)
    bench.call {
      $0.finished(grant.ticket, at: $1)
      $0.unsent(grant.ticket, at: $1)
      $0.lost(grant.ticket, at: $1)
      $0.cancel(grant.ticket, at: $1)
      $0.sent(grant.ticket, at: $1)
    }
    #expect(!bench.engine.failed(grant.ticket, .unsent, isStale: true, at: bench.now).isRetry)
    #expect(bench.admit(bench.route("a")).isGranted)
    #expect(bench.admit(bench.route("a")).isWaiting)
  }

  @Test func `A calendar follows the wall clock, and nothing else does`() {
    let bench = Bench(
      limits: [
        LimitRule(name: "day", scope: .account, kind: .calendar(allow: 1)), window("w", 9, 60),
      ])
    bench.answer(bench.pass(bench.route("a")))
    let waiter = bench.park(bench.route("a"))
    bench.call { $0.setWallClock(WallTime(secondsSinceEpoch: 1_700_000_000 + 86_400), at: $1) }
    #expect(bench.granted(waiter))
    #expect(bench.engine.report(at: bench.now).apis[0].limits[1].fullest[0].left == 7)
  }
}
