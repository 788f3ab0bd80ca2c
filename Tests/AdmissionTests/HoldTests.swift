import Feedback
import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

@Suite struct HoldTests {
  /// What is blocked, and which requests it must stop.
  struct Scope: Sendable {
    var signal: Signal.Scope
    var stops: @Sendable (_ account: Int, _ endpoint: Int, _ key: Int) -> Bool
  }

  static let scopes: [Scope] = [
    Scope(signal: .account) { account, _, _ in account == 0 },
    Scope(signal: .narrowest) { account, _, _ in account == 0 },
    Scope(signal: .endpoint) { _, endpoint, key in endpoint == 0 && key == 0 },
    Scope(signal: .key) { _, _, key in key == 0 },
    Scope(signal: .api) { _, _, _ in true },
  ]

  @Test(arguments: scopes)
  func `A 429 with 1,000 queued holds all of its scope and no other`(scope: Scope) {
    let lanes = (0..<2).map { Lane(name: "l\($0)", keys: [$0], maxWait: .seconds(3600)) }
    let bench = Bench(
      limits: [window("w", 1_000, 60), concurrency("k", 1)], keys: ["a", "b"], lanes: lanes)
    func route(_ account: Int, _ endpoint: Int, _ key: Int) -> Route {
      bench.route("a\(account)", lane: key, endpoint: "GET /\(endpoint)")
    }
    let victim = bench.pass(route(0, 0, 0))
    let other = bench.pass(route(9, 1, 1))
    var what: [TicketID: (Int, Int, Int)] = [victim.ticket: (0, 0, 0)]
    for index in 0..<1_000 {
      let (account, endpoint, key) = (index % 10, index / 10 % 2, index / 20 % 2)
      what[bench.park(route(account, endpoint, key))] = (account, endpoint, key)
    }
    // Flows have their endpoints mixed, so the head of a flow may stop what is behind it: order.
    bench.onGrant = { bench.answer($0, after: .milliseconds(10)) }
    #expect(bench.block(victim, scope.signal, .seconds(40)).isRetry)
    bench.answer(other)
    bench.run(until: ms(39_999))
    for grant in bench.grants.dropFirst(2) {
      let (account, endpoint, key) = what[grant.ticket] ?? (-1, -1, -1)
      #expect(!scope.stops(account, endpoint, key))
    }
    let free = what.filter { !scope.stops($0.value.0, $0.value.1, $0.value.2) }
    if scope.signal != .endpoint {
      for ticket in free.keys { #expect(bench.granted(ticket)) }
    }
    bench.run(until: ms(200_000))
    #expect(bench.engine.waiting == 0)
  }

  @Test func `No two flows keep what the other waits for`() {
    // A gate and a limit of the same scope cover each other: kept room must not form a ring.
    let bench = Bench(limits: [window("w", 100, 60), concurrency("k", 1)])
    let victim = bench.pass(bench.route("a"))
    for index in 0..<20 { _ = bench.park(bench.route("b\(index)")) }
    bench.onGrant = { bench.answer($0, after: .milliseconds(10)) }
    bench.block(victim, .key, .seconds(5))
    bench.run(until: ms(10_000))
    #expect(bench.grants.count == 22 && bench.engine.waiting == 0)
  }

  @Test func `The request goes out again before all that came after it, in order`() {
    let bench = Bench(limits: [window("w", 100, 60), concurrency("k", 3)])
    let grants = (0..<3).map { _ in bench.pass(bench.route("a")) }
    let behind = (0..<3).map { _ in bench.park(bench.route("a")) }
    // They come back out of order.
    for index in [1, 0, 2] {
      #expect(bench.block(grants[index], .account, .seconds(2)).isRetry)
    }
    bench.onGrant = { bench.answer($0, after: .milliseconds(5)) }
    bench.run(until: ms(60_000))
    #expect(bench.grants.dropFirst(3).map(\.ticket) == grants.map(\.ticket) + behind)
    #expect(bench.grants.dropFirst(3).map(\.attempt) == [2, 2, 2, 1, 1, 1])
    #expect(bench.engine.report(at: bench.now).apis[0].lanes[0].absorbed429 == 3)
  }

  @Test func `After the hold one probe goes, then the scope reopens on a good answer`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    bench.block(bench.pass(bench.route("a")), .key, .seconds(5))
    for index in 0..<10 { _ = bench.park(bench.route("b\(index)")) }
    bench.run(until: ms(5_000))
    #expect(bench.grants.count == 2)
    bench.run(until: ms(8_000))
    #expect(bench.grants.count == 2)
    bench.answer(bench.grants[1])
    #expect(bench.grants.count == 12)
  }

  @Test func `A probe that fails holds the scope again, for longer`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    bench.block(bench.pass(bench.route("a")), .key)
    var opened: [Int64] = []
    bench.onGrant = { grant in
      opened.append((bench.now - ms(0)).wholeMilliseconds)
      if opened.count < 4 {
        bench.at(bench.now) { bench.block(grant, .key) }
      }
    }
    bench.run(until: ms(60_000))
    #expect(opened.count == 4)
    // 1 s, 2 s, 4 s, 8 s, each with up to a fifth more.
    let gaps = zip(opened, [0] + opened).map { $0 - $1 }
    for (gap, least) in zip(gaps, [1_000, 2_000, 4_000, 8_000] as [Int64]) {
      #expect(gap >= least && gap <= least * 12 / 10)
    }
  }

  @Test func `A lost probe does not wedge its scope`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    bench.block(bench.pass(bench.route("a")), .key, .seconds(1))
    let waiters = (0..<5).map { bench.park(bench.route("b\($0)")) }
    bench.run(until: ms(1_500))
    bench.call { $0.lost(bench.grants[1].ticket, at: $1) }
    bench.run(until: ms(6_499))
    #expect(bench.grants.count == 2)
    // It may have arrived by now, and will say nothing: another one is tried.
    bench.run(until: ms(6_500))
    #expect(bench.grants.count == 3)
    bench.answer(bench.grants[2])
    #expect(waiters.allSatisfy { bench.granted($0) || $0 == bench.grants[1].ticket })
  }

  @Test func `A probe that was never sent is followed by another`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    bench.block(bench.pass(bench.route("a")), .key, .seconds(1))
    for index in 0..<5 { _ = bench.park(bench.route("b\(index)")) }
    bench.run(until: ms(1_000))
    bench.call { $0.unsent(bench.grants[1].ticket, at: $1) }
    #expect(bench.grants.count == 3)
    bench.answer(bench.grants[2])
    #expect(bench.grants.count == 7)
  }

  @Test func `Five attempts, then a refusal that tells how long the hold lasts`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    var verdicts: [Verdict] = []
    bench.onGrant = { grant in
      bench.at(bench.now) { verdicts.append(bench.block(grant, .account, .seconds(20))) }
    }
    bench.admit(bench.route("a"))
    bench.run(until: ms(600_000))
    #expect(verdicts.count == 5 && verdicts.prefix(4).allSatisfy { $0.isRetry })
    let refusal = verdicts.last?.refusal
    #expect(refusal?.reason == .attempts && refusal?.limit == "account")
    #expect(refusal?.retryAfter == .seconds(20))
    #expect(bench.engine.waiting == 0 && bench.engine.tickets.count == 0)
  }

  @Test func `What cannot be sent twice is refused at once, and the scope holds all the same`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    let verdict = bench.block(
      bench.pass(bench.route("a")), .key, .seconds(7), canReplay: false)
    #expect(verdict.refusal?.retryAfter == .seconds(7))
    #expect(verdict.refusal?.limit == "key main")
    #expect(bench.admit(bench.route("b")).isWaiting)
  }

  @Test func `A hold beyond the deadline refuses at once, with its true length`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    guard case .granted(let grant) = bench.admit(bench.route("a"), patience: .seconds(10)) else {
      Issue.record("not granted")
      return
    }
    bench.run(until: ms(2_000))
    let verdict = bench.block(grant, .api, .seconds(9))
    #expect(verdict.refusal?.reason == .deadline && verdict.refusal?.limit == "api")
    #expect(verdict.refusal?.retryAfter == .seconds(9))
    let arrival = bench.admit(bench.route("b"), patience: .seconds(8))
    #expect(arrival.refusal?.retryAfter == .seconds(9))
    #expect(bench.admit(bench.route("b"), patience: .seconds(9)).isWaiting)
  }

  @Test func `A deadline covers all attempts`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    guard case .granted(let grant) = bench.admit(bench.route("a"), patience: .seconds(10)) else {
      Issue.record("not granted")
      return
    }
    bench.run(until: ms(4_000))
    #expect(bench.block(grant, .key, .seconds(5)).isRetry)
    // The second attempt's hold would end after the deadline, which counts from the arrival.
    bench.onGrant = { grant in bench.at(bench.now) { bench.block(grant, .key, .seconds(3)) } }
    bench.run(until: ms(20_000))
    #expect(bench.grants.count == 2 && bench.engine.tickets.count == 0)
  }

  @Test func `Three accounts blamed on one key within 2 s hold the key`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    let grants = (0..<4).map { bench.pass(bench.route("a\($0)")) }
    bench.block(grants[0], .narrowest, .seconds(30))
    bench.block(grants[1], .narrowest, .seconds(30))
    #expect(bench.admit(bench.route("free")).isGranted)
    bench.run(until: ms(1_900))
    bench.block(grants[2], .narrowest, .seconds(30))
    #expect(bench.admit(bench.route("other")).isWaiting)
    #expect(bench.engine.report(at: bench.now).apis[0].keys[0].heldFor == .seconds(30))
  }

  @Test func `Three accounts over a longer time hold no key`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    for index in 0..<6 {
      bench.run(until: ms(Int64(index) * 1_100))
      bench.block(bench.pass(bench.route("a\(index)")), .narrowest, .seconds(60))
    }
    #expect(bench.admit(bench.route("free")).isGranted)
  }

  @Test func `Without an account the narrowest scope is the endpoint, and account means the key`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    let grant = bench.pass(bench.route(endpoint: "GET /x"))
    bench.block(grant, .narrowest, .seconds(30))
    #expect(bench.admit(bench.route("a", endpoint: "GET /x")).isWaiting)
    let other = bench.pass(bench.route("a", caller: "d", endpoint: "GET /y"))
    bench.answer(other)
    bench.block(bench.pass(bench.route(caller: "e", endpoint: "GET /z")), .account, .seconds(30))
    #expect(bench.admit(bench.route("b", caller: "f", endpoint: "GET /y")).isWaiting)
  }

  @Test func `Gates that hold nothing any more are forgotten`() {
    let bench = Bench(limits: [window("w", 100_000, 60)])
    for index in 0..<200 {
      let grant = bench.pass(bench.route("a\(index)"))
      bench.block(grant, .account, .seconds(5), canReplay: false)
      bench.run(until: bench.now + .seconds(3))
    }
    bench.run(until: bench.now + .seconds(300))
    for _ in 0..<1_000 {
      bench.answer(bench.pass(bench.route("z")))
      bench.run(until: bench.now + .milliseconds(10))
    }
    #expect(bench.engine.roomIndex.count < 10)
  }
}
