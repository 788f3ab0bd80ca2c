import Feedback
import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

@Suite struct LearningTests {
  static let records = LimitRule(
    name: "records", scope: .key, kind: .calendar(allow: 1_000), measure: .json(["records"]))

  @Test func `What an answer says was taken replaces what was reserved`() {
    let bench = Bench(limits: [LearningTests.records])
    let first = bench.pass(bench.route(cost: 100))
    bench.respond(first, 200, spent: [Spent(limit: 0, units: 7)])
    bench.call { $0.finished(first.ticket, at: $1) }
    let left = bench.engine.report(at: bench.now).apis[0].limits[0].fullest[0].left
    #expect(left == 993)
  }

  @Test func `A cost larger than reserved is a debt`() {
    let bench = Bench(limits: [bucketRule("points", perMinute: 600, burst: 100)])
    let first = bench.pass(bench.route(cost: 50))
    bench.respond(first, 200, spent: [Spent(limit: 0, units: 160)])
    bench.call { $0.finished(first.ticket, at: $1) }
    let next = bench.park(bench.route())
    // 60 units of debt and one more at 10 a second.
    bench.run(until: ms(6_050))
    #expect(!bench.granted(next))
    bench.run(until: ms(6_200))
    #expect(bench.granted(next))
  }

  @Test func `Room that comes back early wakes those who wait for it`() {
    let bench = Bench(limits: [LearningTests.records])
    let grants = (0..<10).map { _ in bench.pass(bench.route(cost: 100)) }
    let waiting = bench.park(bench.route(cost: 100))
    bench.respond(grants[0], 200, spent: [Spent(limit: 0, units: 1)])
    #expect(!bench.granted(waiting))
    bench.respond(grants[1], 200, spent: [Spent(limit: 0, units: 1)])
    #expect(bench.granted(waiting))
  }

  func tier(_ limit: Int, _ remaining: Int, name: String? = nil) -> Estimate {
    Estimate(
      name: name, scope: .key, limit: limit, remaining: remaining, window: .seconds(60),
      reset: .seconds(60), meaning: .oldestExpires)
  }

  /// Room left after two requests that reserved 30 units each, the last answer saying 98 are left.
  func room(afterUpperBound isOnlyUpperBound: Bool) -> Int? {
    let bench = Bench(limits: [window("tier", 100, 60)])
    for remaining in [99, 98] {
      let grant = bench.pass(bench.route(cost: 30))
      bench.run(until: bench.now + .milliseconds(50))
      var seen = tier(100, remaining)
      seen.isOnlyUpperBound = isOnlyUpperBound
      bench.respond(grant, 200, estimates: [seen])
      bench.call { $0.finished(grant.ticket, at: $1) }
      bench.run(until: bench.now + .milliseconds(50))
    }
    return bench.engine.report(at: bench.now).apis[0].limits[0].fullest.first?.left
  }

  @Test func `An estimate that is only an upper bound raises no count`() {
    #expect(room(afterUpperBound: true) == 40)
    #expect(room(afterUpperBound: false) ?? 0 > 40)
  }

  @Test func `A tier that moves moves the limit, down at once and up again`() {
    let bench = Bench(limits: [window("tier", 100, 60)])
    func exchange(_ limit: Int, _ remaining: Int) {
      let grant = bench.pass(bench.route())
      bench.run(until: bench.now + .milliseconds(50))
      bench.respond(grant, 200, estimates: [tier(limit, remaining)])
      bench.call { $0.finished(grant.ticket, at: $1) }
      bench.run(until: bench.now + .milliseconds(50))
    }
    for count in 1...5 { exchange(100, 100 - count) }
    exchange(25, 19)
    #expect(bench.notices.map(\.event) == [.limitMoved(limit: "tier", to: 25)])
    var granted = 0
    while bench.admit(bench.route()).isGranted { granted += 1 }
    #expect(granted == 19, "25 less the 6 that were sent")
  }

  @Test func `Another client's use lowers the room, and no header wedges it`() {
    let bench = Bench(limits: [window("tier", 100, 60)])
    for remaining in [99, 40, 39] {
      let grant = bench.pass(bench.route())
      bench.run(until: bench.now + .milliseconds(50))
      bench.respond(grant, 200, estimates: [tier(100, remaining)])
      bench.call { $0.finished(grant.ticket, at: $1) }
      bench.run(until: bench.now + .milliseconds(50))
    }
    var granted = 0
    while bench.admit(bench.route()).isGranted { granted += 1 }
    #expect(granted <= 39 && granted > 20)
    bench.run(until: ms(125_000))
    for grant in bench.grants.dropFirst(3) { bench.answer(grant) }
    bench.run(until: ms(190_000))
    #expect(bench.engine.waiting == 0)
  }

  @Test func `An estimate finds its limit by name, else by the only limit of its scope`() {
    let bench = Bench(limits: [window("a", 100, 60), window("b", 50, 60)])
    // The first answer only begins the account that later ones are compared with.
    for round in 1...2 {
      let grant = bench.pass(bench.route())
      bench.run(until: ms(Int64(round) * 50))
      bench.respond(grant, 200, estimates: [tier(50, 0, name: "b"), tier(100, 0)])
      bench.call { $0.finished(grant.ticket, at: $1) }
    }
    let limits = bench.engine.report(at: bench.now).apis[0].limits
    #expect(limits[0].fullest[0].left == 98, "two limits of the scope: none is meant")
    #expect(limits[1].fullest[0].left == 0)
  }

  @Test func `The network's floor lets short windows turn faster`() {
    for (floor, at) in [(Duration.zero, 1_053), (.milliseconds(40), 1_013)] {
      let bench = Bench(
        limits: [
          LimitRule(
            name: "w", scope: .key,
            kind: .slidingWindow(rate: Rate(allow: 1, per: .seconds(1))))
        ])
      if floor > .zero { bench.call { $0.learn(roundTripFloor: floor, api: 0, at: $1) } }
      let first = bench.pass(bench.route())
      bench.answer(first, after: .milliseconds(50))
      let next = bench.park(bench.route())
      bench.run(until: ms(Int64(at) - 1))
      #expect(!bench.granted(next))
      bench.run(until: ms(Int64(at) + 1))
      #expect(bench.granted(next))
    }
  }

  @Test func `A floor that is not confirmed is forgotten within ten minutes`() {
    var floor = RoundTripFloor()
    #expect(floor.credit(at: ms(0)) == 0)
    floor.learn(5_000_000, at: ms(0))
    floor.learn(9_000_000, at: ms(1))
    #expect(floor.credit(at: ms(2)) == 5_000_000)
    floor.learn(8_000_000, at: ms(299_000))
    floor.learn(8_000_000, at: ms(301_000))
    #expect(floor.credit(at: ms(302_000)) == 5_000_000)
    floor.learn(8_000_000, at: ms(602_000))
    #expect(floor.credit(at: ms(603_000)) == 8_000_000)
    #expect(floor.credit(at: ms(2_000_000)) == 0)
  }

  @Test func `Too many at once lowers the semaphore by a tenth`() {
    let bench = Bench(limits: [concurrency("k", 20)])
    let grants = (0..<20).map { _ in bench.pass(bench.route()) }
    let signal = Signal(kind: .concurrency, scope: .key, delay: nil)
    #expect(bench.respond(grants[0], 429, signal).isRetry)
    #expect(bench.engine.report(at: bench.now).apis[0].limits[0].fullest[0].left == 0)
    bench.answer(grants[1])
    bench.answer(grants[2])
    bench.run(until: ms(30))
    #expect(bench.grants.count == 21, "18 at once, the repeated one among them")
    #expect(bench.notices.count == 1)
  }
}
