import Feedback
import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

@Suite struct BatchTests {
  func route(_ bench: Bench, _ account: String, caller: String = "c", batch: String? = "b1")
    -> Route
  {
    var route = bench.route(account, caller: caller)
    route.batch = batch
    return route
  }

  @Test func `The first request goes alone, the rest when it has succeeded`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    let first = bench.pass(route(bench, "a0"))
    let rest = (1..<10).map { bench.park(route(bench, "a\($0 % 4)")) }
    #expect(bench.admit(route(bench, "z", batch: nil)).isGranted)
    #expect(bench.admit(route(bench, "y", caller: "d")).isGranted, "another caller's batch")
    bench.answer(first)
    #expect(rest.allSatisfy { bench.granted($0) })
    #expect(bench.admit(route(bench, "a9")).isGranted, "an open batch lets all through")
  }

  @Test(arguments: [400, 404, 422, 500])
  func `When the first fails the rest is refused and costs nothing`(status: Int) {
    let bench = Bench(limits: [window("w", 100, 60)])
    let first = bench.pass(route(bench, "a0"))
    let rest = (1..<10).map { bench.park(route(bench, "a\($0 % 4)")) }
    let other = bench.park(route(bench, "a0", batch: nil))
    #expect(bench.respond(first, status).isRelay)
    bench.call { $0.finished(first.ticket, at: $1) }
    for ticket in rest { #expect(bench.refusals[ticket]?.reason == .batchFailed) }
    #expect(bench.granted(other), "what is no part of it goes on")
    #expect(bench.admit(route(bench, "a5")).refusal?.reason == .batchFailed)
    #expect(bench.grants.count == 2)
    bench.run(until: ms(70_000))
    #expect(bench.admit(route(bench, "a6")).isGranted, "later it is tried anew, alone")
    #expect(bench.admit(route(bench, "a7")).isWaiting)
  }

  @Test func `When the first is put off another one goes, still alone`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    let first = bench.pass(route(bench, "a0"))
    let rest = (1..<4).map { bench.park(route(bench, "a\($0)")) }
    #expect(bench.block(first, .account, .seconds(3)).isRetry)
    #expect(bench.grants.count == 2)
    bench.run(until: ms(4_000))
    #expect(bench.grants.count == 2)
    bench.answer(bench.grants[1])
    #expect(rest.allSatisfy { bench.granted($0) })
    #expect(bench.engine.waiting == 0 && bench.grants.count == 5)
  }

  @Test func `When the first is never sent, or lost, another one goes first`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    let first = bench.pass(route(bench, "a0"))
    let rest = (1..<4).map { bench.park(route(bench, "a\($0)")) }
    bench.call { $0.unsent(first.ticket, at: $1) }
    #expect(bench.grants.count == 2)
    bench.call { $0.lost(bench.grants[1].ticket, at: $1) }
    bench.run(until: ms(10_000))
    #expect(bench.grants.count == 3)
    bench.answer(bench.grants[2])
    #expect(rest.allSatisfy { bench.granted($0) })
  }
}
