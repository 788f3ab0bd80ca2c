import Feedback
import Policy
import Testing
import Timekeeping

@testable import Admission

@Suite struct NarrowHoldTests {
  @Test(arguments: [Signal.Scope.endpoint, .narrowest])
  func `An endpoint that is held holds no other, account or none`(scope: Signal.Scope) {
    let bench = Bench(limits: [bucketRule("b", perMinute: 6_000, burst: 100)])
    let first = bench.pass(bench.route(endpoint: "GET /x"))
    let later = bench.pass(bench.route(endpoint: "GET /x"))
    #expect(bench.block(first, scope, .seconds(30)).isRetry)
    #expect(bench.block(later, scope, .seconds(30)).isRetry)
    let behind = bench.park(bench.route(endpoint: "GET /x"))
    #expect(bench.admit(bench.route(endpoint: "GET /y")).isGranted)
    #expect(bench.admit(bench.route("a", endpoint: "GET /y")).isGranted)
    #expect(bench.grants.count == 4)
    bench.onGrant = { bench.answer($0, after: .milliseconds(10)) }
    bench.run(until: ms(31_000))
    // What arrived first goes first, within the endpoint.
    #expect(bench.grants.dropFirst(4).map(\.ticket) == [first.ticket, later.ticket, behind])
  }
}
