import Feedback
import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

@Suite struct QueueTests {
  @Test(arguments: [[0], [2], [4], [0, 1], [1, 3], [3, 4], [0, 2, 4]])
  func `Cancel of head, middle and tail keeps the order and grants nothing extra`(
    cancelled: [Int]
  ) {
    let bench = Bench(limits: [window("w", 1, 60)])
    bench.answer(bench.pass(bench.route("a")))
    let tickets = (0..<5).map { _ in bench.park(bench.route("a")) }
    for index in cancelled { bench.call { $0.cancel(tickets[index], at: $1) } }
    #expect(bench.grants.count == 1)
    bench.onGrant = { bench.answer($0, after: .zero) }
    bench.run(until: ms(600_000))
    let kept = tickets.indices.filter { !cancelled.contains($0) }.map { tickets[$0] }
    #expect(bench.grants.dropFirst().map(\.ticket) == kept)
    #expect(bench.engine.waiting == 0)
    #expect(bench.engine.report(at: bench.now).apis[0].lanes[0].cancelled == cancelled.count)
  }

  @Test func `One window grants at most its allowance, whoever asks`() {
    let bench = Bench(limits: [window("w", 10, 60)])
    for account in 0..<100 { bench.admit(bench.route("a\(account)", caller: "c\(account % 9)")) }
    #expect(bench.grants.count == 10)
    for grant in bench.grants { bench.answer(grant) }
    bench.run(until: ms(60_029))
    #expect(bench.grants.count == 10)
    bench.run(until: ms(60_030))
    #expect(bench.grants.count == 20)
  }

  @Test func `A waiter refused once keeps its place`() {
    // a waits for its own spacing and then for the key: it goes before those that came after it.
    let bench = Bench(limits: [spacing("s", 10), concurrency("k", 1)])
    bench.answer(bench.pass(bench.route("a")))
    bench.run(until: ms(100))
    let holder = bench.pass(bench.route("b"))
    let first = bench.park(bench.route("a"))
    let others = (0..<3).map { bench.park(bench.route("o\($0)")) }
    bench.run(until: ms(11_000))
    let late = bench.park(bench.route("late"))
    var order: [TicketID] = []
    bench.onGrant = {
      order.append($0.ticket)
      bench.answer($0, after: .milliseconds(10))
    }
    bench.answer(holder)
    bench.run(until: ms(12_000))
    #expect(order == [others[0], others[1], others[2], first, late] || order.first == first)
    #expect(order.last == late && order.count == 5)
  }

  @Test func `A caller that leaves between grant and send gives everything back`() {
    let bench = Bench(
      limits: [
        window("w", 1, 60), spacing("s", 5), concurrency("k", 1),
        bucketRule("b", perMinute: 1, burst: 1),
        LimitRule(name: "day", scope: .account, kind: .calendar(allow: 1)),
      ])
    for _ in 0..<50 {
      let grant = bench.pass(bench.route("a"))
      bench.call { $0.unsent(grant.ticket, at: $1) }
    }
    let grant = bench.pass(bench.route("a"))
    #expect(bench.admit(bench.route("a")).isWaiting)
    bench.call { $0.unsent(grant.ticket, at: $1) }
    #expect(bench.grants.count == 52)
    #expect(bench.engine.report(at: bench.now).apis[0].keys[0].inFlight == 1)
  }

  @Test func `A lost answer holds its slots until the horizon and the window have passed`() {
    let bench = Bench(limits: [window("w", 1, 60), concurrency("k", 5)])
    let grant = bench.pass(bench.route("a"))
    bench.call { $0.lost(grant.ticket, at: $1) }
    let waiter = bench.park(bench.route("a"))
    bench.run(until: ms(65_029))
    #expect(!bench.granted(waiter))
    bench.run(until: ms(65_030))
    #expect(bench.granted(waiter))
    #expect(bench.engine.tickets.count == 1)
  }

  @Test func `A dead connection sends the request again at the head of its flow`() {
    let bench = Bench(limits: [window("w", 2, 60)])
    let grant = bench.pass(bench.route("a"))
    let other = bench.pass(bench.route("a"))
    let behind = bench.park(bench.route("a"))
    #expect(bench.engine.failed(grant.ticket, .unanswered, isStale: true, at: bench.now).isRetry)
    bench.answer(other)
    bench.onGrant = { bench.answer($0, after: .zero) }
    bench.run(until: ms(200_000))
    #expect(bench.grants.dropFirst(2).map(\.ticket) == [grant.ticket, behind])
    #expect(bench.grants[2].attempt == 2)
    #expect(bench.grantTimes[behind] == ms(65_030))
  }

  @Test func `A slow handler's slot is counted from the horizon, not from its answer`() {
    let bench = Bench(limits: [window("w", 10, 60), concurrency("k", 20)])
    for _ in 0..<8 {
      let grant = bench.pass(bench.route("a"))
      bench.call { $0.sent(grant.ticket, at: $1) }
      bench.run(until: bench.now + .milliseconds(100))
      bench.answer(grant)
    }
    bench.run(until: ms(100_000))
    for _ in 0..<10 {
      let grant = bench.pass(bench.route("a"))
      bench.call { $0.sent(grant.ticket, at: $1) }
      bench.answer(grant, after: .seconds(30))
    }
    let waiter = bench.park(bench.route("a"))
    bench.run(until: ms(161_029))
    #expect(!bench.granted(waiter))
    bench.run(until: ms(161_030))
    #expect(bench.granted(waiter))
  }

  @Test func `A blocked account does not delay another of the same lane and key`() {
    let bench = Bench(limits: [spacing("s", 3600)])
    bench.answer(bench.pass(bench.route("blocked")))
    for _ in 0..<100 { bench.admit(bench.route("blocked")) }
    for account in 0..<100 { #expect(bench.admit(bench.route("free\(account)")).isGranted) }
  }

  @Test func `The key with the most left is chosen, then whichever frees first`() {
    let bench = Bench(limits: [window("w", 3, 60)], keys: ["a", "b"])
    var used: [Int] = []
    for step in 0..<6 {
      bench.run(until: ms(Int64(step) * 1000))
      let grant = bench.pass(bench.route("x"))
      used.append(grant.key ?? -1)
      bench.answer(grant)
    }
    #expect(used.sorted() == [0, 0, 0, 1, 1, 1] && used[0] != used[1])
    for _ in 0..<4 { _ = bench.park(bench.route("y")) }
    bench.onGrant = { bench.answer($0, after: .zero) }
    bench.run(until: ms(64_000))
    #expect(bench.grants.dropFirst(6).map { $0.key ?? -1 } == Array(used[0..<4]))
  }

  @Test func `A held key leaves the other keys of the pool`() {
    let bench = Bench(limits: [window("w", 100, 60)], keys: ["a", "b"])
    let first = bench.pass(bench.route("x"))
    bench.block(first, .key, .seconds(30))
    // The request itself goes out again at once, on the other key.
    #expect(bench.grants.count == 2)
    let held = first.key ?? -1
    for _ in 0..<20 { #expect(bench.pass(bench.route("x")).key != held) }
    let report = bench.engine.report(at: bench.now).apis[0].keys
    #expect(report[held].heldFor == .seconds(30) && report[1 - held].heldFor == .zero)
  }

  @Test func `Callers' own keys have limits of their own`() {
    let bench = Bench(
      limits: [window("w", 1, 60)], keys: [],
      lanes: [Lane(name: "all", maxWait: .seconds(600))], fromCaller: true)
    #expect(bench.pass(bench.route(ownKey: "one")).key == nil)
    #expect(bench.admit(bench.route(ownKey: "one")).isWaiting)
    #expect(bench.admit(bench.route(ownKey: "two")).isGranted)
  }

  @Test func `A cheap newcomer does not overtake a dear waiter of its scope`() {
    let bench = Bench(limits: [bucketRule("b", perMinute: 60, burst: 4)])
    bench.answer(bench.pass(bench.route("x", cost: 4)))
    bench.run(until: ms(500))
    let dear = bench.park(bench.route("dear", caller: "d", cost: 4))
    bench.run(until: ms(2_500))
    let cheap = bench.park(bench.route("cheap", caller: "e", cost: 1))
    bench.onGrant = { bench.answer($0, after: .zero) }
    bench.run(until: ms(10_000))
    #expect(bench.granted(dear) && bench.granted(cheap))
    #expect(bench.grants.map(\.ticket).dropFirst() == [dear, cheap])
  }

  @Test func `Blocked sets leave no charge anywhere`() {
    let bench = Bench(limits: [window("narrow", 1, 60, per: .account), window("wide", 5, 60)])
    bench.answer(bench.pass(bench.route("a")))
    for _ in 0..<50 { _ = bench.park(bench.route("a")) }
    let wide = bench.engine.report(at: bench.now).apis[0].limits[1]
    #expect(wide.fullest.map(\.left) == [4])
    for account in 0..<4 { #expect(bench.admit(bench.route("b\(account)")).isGranted) }
  }

  @Test func `Idle for an hour, then a burst: still limited`() {
    let bench = Bench(limits: [window("w", 3, 60)])
    bench.onGrant = { bench.answer($0, after: .zero) }
    for hour in 0..<3 {
      bench.run(until: ms(Int64(hour) * 3_600_000))
      let before = bench.grants.count
      for _ in 0..<10 { bench.admit(bench.route("a")) }
      #expect(bench.grants.count == before + 3)
      bench.run(until: bench.now + .seconds(600))
    }
  }

  @Test func `Eviction never refills a bucket, and forgets what is full`() {
    let bench = Bench(limits: [window("w", 1, 3600, per: .account)])
    bench.answer(bench.pass(bench.route("used")))
    for round in 0..<60 {
      bench.run(until: ms(Int64(round + 1) * 59_000))
      for index in 0..<50 {
        let grant = bench.pass(bench.route("r\(round)-\(index)"))
        bench.call { $0.unsent(grant.ticket, at: $1) }
      }
      let arrival = bench.admit(bench.route("used"), patience: .zero)
      #expect(arrival.refusal?.limit == "w")
    }
    #expect(bench.engine.roomIndex.count < 2_000)
    #expect(bench.engine.names.count < 2_000)
    #expect(bench.engine.flowIndex.count < 2_000)
  }

  @Test func `Report and health tell who waits, for what, and until when`() {
    let bench = Bench(limits: [window("w", 2, 60), concurrency("k", 16)])
    bench.answer(bench.pass(bench.route("a")))
    _ = bench.pass(bench.route("a"))
    bench.run(until: ms(1_000))
    _ = bench.park(bench.route("a"))
    bench.run(until: ms(3_000))
    let api = bench.engine.report(at: bench.now).apis[0]
    #expect(api.lanes[0].waiting == 1 && api.lanes[0].granted == 2)
    #expect(api.lanes[0].oldestWait == .seconds(2))
    #expect(api.keys[0].inFlight == 1)
    #expect(api.limits.map(\.name) == ["w", "k", "connections"])
    #expect(api.limits.map(\.kind) == ["sliding-window", "concurrency", "concurrency"])
    #expect(api.limits[0].fullest[0].of == "main" && api.limits[0].fullest[0].left == 0)
    #expect(api.limits[0].fullest[0].next == .milliseconds(57_030))
    #expect(bench.engine.overdue(at: ms(60_030)) == .zero)
    #expect(bench.engine.overdue(at: ms(66_030)) == .seconds(6))
    bench.run(until: ms(66_030))
    #expect(bench.engine.overdue(at: bench.now) == .zero)
  }
}
