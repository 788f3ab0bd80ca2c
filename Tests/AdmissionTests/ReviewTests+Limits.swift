import Feedback
import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

extension ReviewTests {
  @Test func `A reserved unit that comes due goes before a large request that waits`() {
    let lanes = [
      Lane(name: "large", keys: [0], weight: 100, maxWait: .seconds(600)),
      Lane(
        name: "small", keys: [0], maxWait: .seconds(600),
        reserve: Rate(allow: 1, per: .seconds(1))),
    ]
    let bench = Bench(limits: [window("w", 10, 60)], lanes: lanes)
    bench.answer(bench.pass(bench.route("a", cost: 6)))
    _ = bench.pass(bench.route("b", lane: 1))
    _ = bench.park(bench.route("a", cost: 8))
    _ = bench.pass(bench.route("b", lane: 1))
    let small = bench.park(bench.route("b", lane: 1))
    bench.run(until: ms(4_000))
    #expect(bench.granted(small))
  }

  @Test func `A short-lived use by others does not park the last unit of a day`() {
    let bench = Bench(limits: [LimitRule(name: "day", scope: .key, kind: .calendar(allow: 100))])
    for remaining in [99, 98, 11, 10] {
      let grant = bench.pass(bench.route())
      bench.run(until: bench.now + .milliseconds(500))
      bench.respond(
        grant, 200,
        estimates: [
          Estimate(
            scope: .key, limit: 100, remaining: remaining, window: .seconds(86_400),
            reset: .seconds(6_000), meaning: .windowEnd)
        ])
      bench.call { $0.finished(grant.ticket, at: $1) }
    }
    while bench.admit(bench.route()).isGranted {}
    let before = bench.grants.count
    #expect(before < 14)
    bench.run(until: ms(1_800_000))
    #expect(bench.grants.count > before)
  }

  @Test func `What counts requests takes one of each whatever it costs`() {
    let bench = Bench(
      limits: [
        LimitRule(name: "s", scope: .account, kind: .spacing(every: .seconds(10)))
      ])
    _ = bench.pass(bench.route("a", cost: 5))
    #expect(bench.admit(bench.route("a", cost: 5), patience: .seconds(25)).isWaiting)
  }

  @Test func `A window of nonsense does not stop what is to be learned`() {
    let rule = LimitRule(
      name: "found", scope: .key, kind: .learned(start: Rate(allow: 10, per: .seconds(1))))
    let bench = Bench(limits: [rule])
    let grant = bench.pass(bench.route())
    bench.respond(
      grant, 200,
      estimates: [Estimate(name: "found", scope: .key, limit: 1, window: .seconds(1_000_000_000))])
    bench.call { $0.finished(grant.ticket, at: $1) }
    bench.run(until: ms(1_000))
    #expect(bench.admit(bench.route()).isGranted)
  }

  @Test func `With every key out the first that can be tried again is`() {
    let bench = KeyPoolTests().bench(.whenOut, keys: 2)
    let first = bench.pass(bench.route("a"))
    bench.respond(
      first, 402,
      Signal(kind: .permanent, scope: .key, delay: .seconds(500), reason: "credits"))
    let second = bench.pass(bench.route("a"))
    #expect(second.key != first.key)
    bench.respond(second, 402, KeyPoolTests.permanent)
    let next = bench.park(bench.route("a"))
    bench.run(until: ms(80_000))
    #expect(bench.granted(next) && bench.grants.last?.key == second.key)
  }

  @Test func `A day's limit that flickers does not use itself up`() {
    let bench = Bench(limits: [LimitRule(name: "day", scope: .key, kind: .calendar(allow: 1_000))])
    for round in 0..<100 {
      let arrival = bench.admit(bench.route())
      #expect(arrival.isGranted, "\(round)")
      guard case .granted(let grant) = arrival else { return }
      bench.run(until: bench.now + .milliseconds(50))
      let limit = round % 2 == 0 ? 1_000 : 600
      bench.respond(
        grant, 200,
        estimates: [Estimate(scope: .key, limit: limit, window: .seconds(86_400))])
      bench.call { $0.finished(grant.ticket, at: $1) }
    }
  }
}
