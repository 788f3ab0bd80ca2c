import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

/// What must not grow with the number of accounts, endpoints or services.
@Suite struct LoadTests {
  @Test func `A wall clock that keeps time looks at no bucket`() {
    let bench = Bench(
      limits: [bucketRule("own", perMinute: 1, burst: 1, per: .account)],
      queues: QueueBounds(perLane: 100_000, total: 100_000), connections: 100_000)
    for index in 0..<20_000 {
      bench.admit(bench.route("a\(index)"))
      _ = bench.park(bench.route("a\(index)"))
    }
    bench.grants.forEach { bench.answer($0) }
    let due = bench.engine.nextDeadline
    let start = ContinuousClock.now
    for second in 1...50 {
      let wall = WallTime(secondsSinceEpoch: 1_700_000_000 + Int64(second))
      bench.engine.setWallClock(wall, at: ms(Int64(second) * 1000))
      // Nothing was put off to be looked at again.
      #expect(bench.engine.nextDeadline == due)
    }
    #expect(ContinuousClock.now - start < .seconds(1))
  }

  @Test func `Quotas that all open at midnight are looked at in parts`() {
    let quota = LimitRule(name: "q", scope: .account, kind: .calendar(allow: 1))
    let bench = Bench(
      limits: [quota], queues: QueueBounds(perLane: 100_000, total: 100_000), connections: 100_000)
    for index in 0..<30_000 {
      bench.admit(bench.route("a\(index)"))
      _ = bench.park(bench.route("a\(index)"))
    }
    bench.grants.forEach { bench.answer($0) }
    let before = bench.grants.count
    let midnight = bench.engine.nextDeadline ?? .distantFuture
    var calls = 0
    while let due = bench.engine.nextDeadline, due <= midnight, calls < 1_000 {
      calls += 1
      bench.engine.advance(to: midnight)
      #expect(bench.engine.takeActions().count <= 2 * AdmissionEngine.mostLooks)
    }
    #expect(before == 30_000 && calls >= 4 && bench.engine.waiting == 0)
  }

  @Test func `At the bound of buckets those who have theirs still go`() {
    let bench = Bench(limits: [window("w", 5, 3600, per: .account)], bucketBound: 60)
    bench.answer(bench.pass(bench.route("known")))
    for index in 0..<200 {
      if case .granted(let grant) = bench.admit(bench.route("a\(index)")) { bench.answer(grant) }
    }
    bench.run(until: ms(30_000))
    #expect(bench.admit(bench.route("another")).refusal?.reason == .tooManyBuckets)
    for index in 0..<200 { bench.admit(bench.route("b\(index)")) }
    #expect(bench.admit(bench.route("known")).isGranted)
  }

  @Test func `The largest costs do not wear out the order of service`() {
    let bench = Bench(
      limits: [
        LimitRule(
          name: "units", scope: .key,
          kind: .slidingWindow(rate: Rate(allow: 1_000_000_000, per: .seconds(1))))
      ], queues: QueueBounds(perLane: 100_000, total: 100_000))
    bench.onGrant = { bench.answer($0, after: .zero) }
    for index in 0..<9_000 {
      bench.admit(bench.route("a\(index % 2)", cost: 1_000_000_000))
    }
    bench.run(until: ms(12_000_000))
    #expect(bench.grants.count == 9_000)
  }

  @Test func `Uneven costs do not refuse what has room in time`() {
    let bench = Bench(limits: [window("w", 20, 60)])
    bench.answer(bench.pass(bench.route("a", cost: 10)))
    for second in 10..<20 {
      bench.run(until: ms(Int64(second) * 1000))
      bench.answer(bench.pass(bench.route("a")))
    }
    bench.run(until: ms(20_000))
    let ticket = bench.park(bench.route("a", cost: 10), patience: .milliseconds(40_030))
    bench.run(until: ms(60_030))
    #expect(bench.granted(ticket))
  }
}
