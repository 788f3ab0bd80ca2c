import Feedback
import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

@Suite struct ExtremeTests {
  @Test(arguments: [Int64.max, .min, .max / 2, .min / 2, 0, -1])
  func `Whatever the wall clock shows the engine goes on`(wall: Int64) {
    let bench = Bench(limits: MixedRun.rules())
    for round in 0..<4 {
      bench.call { $0.setWallClock(WallTime(nanoseconds: wall), at: $1) }
      let arrival = bench.admit(
        bench.route("a\(round)", limits: Array(0..<10)), patience: .seconds(60))
      if case .granted(let grant) = arrival { bench.answer(grant, after: .milliseconds(50)) }
      bench.run(until: bench.now + .seconds(3))
    }
    bench.call { $0.setWallClock(WallTime(secondsSinceEpoch: 1_700_000_000), at: $1) }
    bench.run(until: bench.now + .seconds(200_000))
    #expect(bench.admit(bench.route("z", limits: [2, 7, 9])).isGranted)
  }

  @Test func `The end of time and long jumps trap nothing`() {
    let bench = Bench(limits: MixedRun.rules())
    for days in [1, 400, 40_000, 100_000] as [Int64] {
      let now = Instant(nanoseconds: days * 86_400_000_000_000)
      for account in 0..<3 {
        let arrival = bench.engine.admit(bench.route("a\(account)", limits: Array(0..<10)), at: now)
        if case .granted(let grant) = arrival {
          _ = bench.engine.responded(
            grant.ticket,
            Reading(
              status: 429,
              signal: Signal(kind: .quota, scope: .narrowest, delay: .seconds(Int64.max))),
            canReplay: true, at: now)
        }
      }
      bench.engine.advance(to: now + .seconds(90_000))
    }
    _ = bench.engine.takeActions()
    bench.engine.advance(to: .distantFuture)
    bench.engine.advance(to: .distantFuture)
    let arrival = bench.engine.admit(bench.route("q", limits: Array(0..<10)), at: .distantFuture)
    if case .granted(let grant) = arrival {
      bench.engine.sent(grant.ticket, at: .distantFuture)
      bench.engine.lost(grant.ticket, at: .distantFuture)
    }
    bench.engine.advance(to: .distantFuture)
  }
}
