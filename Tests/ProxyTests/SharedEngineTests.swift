import Admission
import Limits
import Policy
import Testing
import Timekeeping

@testable import Proxy

@Suite struct SharedEngineTests {
  @Test(arguments: 0..<40)
  func `no slot is lost in any order of events and mail`(seed: UInt64) {
    let run = InterleavedRun(seed: seed)
    for _ in 0..<2_000 { run.step() }
    #expect(run.granted > 100, "seed \(seed)")
    #expect(run.lateGrants > 0, "seed \(seed): nobody left while a grant was on its way")
    run.end()
    #expect(run.leftovers.isEmpty, "seed \(seed): \(run.leftovers)")
  }

  private func engine(workers: Int) -> SharedEngine {
    let limit = LimitRule(name: "one", scope: .api, kind: .concurrency(allow: 1))
    let api = Api(
      name: "t", origin: Origin(isSecure: false, host: "t.test", port: 80), hosts: [],
      limits: [limit], lanes: [Lane(name: "other")])
    let listener = ListenRule(.tcp(host: "127.0.0.1", port: 1))
    return SharedEngine(
      AdmissionEngine(
        rulebook: Rulebook(proxies: [listener], admin: listener, apis: [api]), at: start,
        wall: WallTime(nanoseconds: 0), seed: 1),
      workers: workers)
  }

  private func alarm(_ shared: inout SharedEngine, _ worker: Int) -> Instant? {
    var aftermath = Aftermath()
    shared.settle(for: worker, &aftermath)
    return aftermath.alarm
  }

  private let start = Instant(nanoseconds: 0)
  private let route = Route(
    api: 0, lane: 0, caller: "c", endpoint: "GET /", charges: [Charge(limit: 0)])

  @Test func `a deadline is one worker's to keep, until another sees an earlier one`() {
    var shared = engine(workers: 2)
    let first = shared.admit(route, patience: nil, by: 0, at: start)
    _ = shared.admit(route, patience: .seconds(9), by: 1, at: start)
    #expect(alarm(&shared, 1) == start + .seconds(9))
    #expect(alarm(&shared, 0) == nil)
    _ = shared.admit(route, patience: .seconds(5), by: 0, at: start)
    #expect(alarm(&shared, 0) == start + .seconds(5))
    #expect(alarm(&shared, 1) == nil)
    // Whose timer rings without being the one that counts sets nothing.
    shared.advance(by: 1, to: start + .seconds(1))
    #expect(alarm(&shared, 1) == nil)
    shared.advance(by: 0, to: start + .seconds(5))
    #expect(alarm(&shared, 0) == start + .seconds(9))
    guard case .granted = first else {
      Issue.record("the first was not granted")
      return
    }
  }

  @Test(arguments: [1, 2])
  func `an answer goes to whose ticket it is`(workers: Int) {
    var shared = engine(workers: workers)
    let other = workers - 1
    guard case .granted(let grant) = shared.admit(route, patience: nil, by: 0, at: start),
      case .waiting(let ticket) = shared.admit(route, patience: nil, by: other, at: start)
    else {
      Issue.record("the second does not wait for the first")
      return
    }
    shared.engine.unsent(grant.ticket, at: start)
    var aftermath = Aftermath()
    shared.settle(for: 0, &aftermath)
    #expect(aftermath.actions.count == (workers == 1 ? 1 : 0))
    #expect(aftermath.mail.map(\.worker) == (workers == 1 ? [] : [1]))
    guard case .grant(let second)? = (aftermath.mail.first?.actions ?? aftermath.actions).first
    else {
      Issue.record("nothing was granted")
      return
    }
    #expect(second.ticket == ticket)
  }

  @Test func `a refusal goes to whose ticket it was when the next one takes its slot`() {
    var shared = engine(workers: 2)
    _ = shared.admit(route, patience: nil, by: 0, at: start)
    guard case .waiting(let late) = shared.admit(route, patience: .seconds(5), by: 1, at: start)
    else {
      Issue.record("the second does not wait for the first")
      return
    }
    guard
      case .waiting(let next) = shared.admit(
        route, patience: .seconds(5), by: 0, at: start + .seconds(5))
    else {
      Issue.record("the third does not wait")
      return
    }
    #expect(next.rawValue & 0xFFFF_FFFF == late.rawValue & 0xFFFF_FFFF, "another slot was taken")
    var aftermath = Aftermath()
    shared.settle(for: 0, &aftermath)
    #expect(aftermath.actions.isEmpty)
    #expect(aftermath.mail.map(\.worker) == [1])
    guard case .refuse(late, _)? = aftermath.mail.first?.actions.first else {
      Issue.record("the late one was not refused")
      return
    }
  }
}
