import Feedback
import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

@Suite struct KeyPoolTests {
  static let permanent = Signal(
    kind: .permanent, scope: .key, delay: nil, isUnprocessed: true, reason: "credits")

  func bench(_ spill: Spill? = nil, keys: Int = 4, allow: Int = 100) -> Bench {
    Bench(
      limits: [window("w", allow, 60)], keys: (0..<keys).map { "k\($0)" },
      lanes: [
        Lane(
          name: "all", keys: Array(0..<keys), maxWait: .seconds(600), isSticky: spill != nil,
          spill: spill ?? .whenOut)
      ])
  }

  @Test func `A sticky account stays with one key, and accounts spread over all keys`() {
    let bench = bench(.never, allow: 10_000)
    var keys: [String: Set<Int>] = [:]
    for round in 0..<5 {
      for index in 0..<400 {
        let grant = bench.pass(bench.route("a\(index)", caller: "c\(round)"))
        keys["a\(index)", default: []].insert(grant.key ?? -1)
        bench.answer(grant)
      }
    }
    #expect(keys.values.allSatisfy { $0.count == 1 })
    for key in 0..<4 {
      let share = keys.values.count { $0.contains(key) }
      #expect((70...130).contains(share), "key \(key) has \(share) of 400 accounts")
    }
  }

  @Test func `Asked about a sticky account only its own key is named`() {
    let bench = bench(.whenOut)
    let key = bench.pass(bench.route("a")).key ?? -1
    let explanation = bench.engine.explain(bench.route("a"), at: bench.now)
    #expect(explanation.keys.map(\.key) == ["k\(key)"])
  }

  @Test func `A key that leaves the pool moves its own accounts only`() {
    let bench = bench(.whenOut, allow: 10_000)
    var home: [Int: Int] = [:]
    for index in 0..<100 {
      let grant = bench.pass(bench.route("a\(index)"))
      home[index] = grant.key
      bench.answer(grant)
    }
    let gone = home[0] ?? -1
    #expect(bench.respond(bench.pass(bench.route("a0")), 402, KeyPoolTests.permanent).isRelay)
    for index in 1..<100 {
      let grant = bench.pass(bench.route("a\(index)"))
      #expect(home[index] == gone ? grant.key != gone : grant.key == home[index])
      bench.answer(grant)
    }
  }

  @Test func `Spill decides what a blocked home key means`() {
    for (spill, moves) in [(Spill.never, false), (.whenOut, false), (.whenBlocked, true)] {
      let bench = bench(spill, allow: 1)
      let home = bench.pass(bench.route("a")).key
      let arrival = bench.admit(bench.route("a"))
      #expect(arrival.isGranted == moves)
      if moves { #expect(bench.grants[1].key != home) }
    }
  }

  @Test func `A request with an idempotency key stays with the key of its first attempt`() {
    let bench = bench(allow: 2)
    let first = bench.pass(bench.route("a", repeatability: .keyed))
    #expect(bench.block(first, .key, .seconds(5)).isRetry)
    bench.run(until: ms(4_999))
    #expect(bench.grants.count == 1, "the other keys are free, and not used")
    bench.run(until: ms(6_500))
    #expect(bench.grants.count == 2 && bench.grants[1].key == first.key)
    let plain = bench.pass(bench.route("b"))
    let key = plain.key
    #expect(bench.block(plain, .key, .seconds(5)).isRetry)
    #expect(bench.grants.last?.key != key, "one without is not bound")
  }

  @Test func `A key the provider turns away is out until one probe succeeds`() {
    let bench = bench(keys: 2)
    let first = bench.pass(bench.route("a"))
    #expect(bench.respond(first, 402, KeyPoolTests.permanent).isRelay)
    bench.call { $0.finished(first.ticket, at: $1) }
    let out = first.key ?? -1
    #expect(bench.notices.map(\.event) == [.keyOut(key: "k\(out)", after: bench.notices[0].after)])
    #expect(bench.notices[0].reason == "credits")
    let report = bench.engine.report(at: bench.now).apis[0].keys[out]
    #expect(report.isOut && report.reason == "credits")
    for index in 0..<20 {
      let grant = bench.pass(bench.route("b\(index)"))
      #expect(grant.key == 1 - out)
      bench.answer(grant)
    }
    bench.run(until: ms(80_000))
    var used: [Int?] = []
    for index in 0..<6 { used.append(bench.pass(bench.route("c\(index)")).key) }
    #expect(used.count { $0 == out } == 1, "one probe, not more")
    let probe = bench.grants.last { $0.key == out }
    if let probe { bench.answer(probe) }
    #expect(bench.notices.last?.event == .keyBack(key: "k\(out)"))
    #expect(!bench.engine.report(at: bench.now).apis[0].keys[out].isOut)
  }

  @Test func `A key that was turned away is tried again at once when it has another secret`() {
    let bench = bench(keys: 1)
    let late = bench.pass(bench.route("a"))
    let first = bench.pass(bench.route("b"))
    #expect(bench.respond(first, 401, KeyPoolTests.permanent).isRelay)
    bench.call { $0.finished(first.ticket, at: $1) }
    let probe = bench.park(bench.route("c"))
    bench.run(until: ms(10))
    #expect(!bench.granted(probe))
    bench.call { $0.renewed(key: 0, api: 0, at: $1) }
    #expect(bench.granted(probe))
    let next = bench.park(bench.route("d"))
    #expect(bench.respond(late, 401, KeyPoolTests.permanent).isRelay, "it had the old secret")
    #expect(!bench.granted(next), "one probe, not more")
    if let grant = bench.grants.last { bench.answer(grant) }
    #expect(bench.granted(next))
    #expect(bench.notices.last?.event == .keyBack(key: "k0"))
  }

  @Test func `A new secret that is turned away too takes the key out again`() {
    let bench = bench(keys: 1)
    for _ in 0..<2 {
      let grant = bench.pass(bench.route("a"))
      #expect(bench.respond(grant, 401, KeyPoolTests.permanent).isRelay)
      bench.call { $0.finished(grant.ticket, at: $1) }
      let refusal = bench.admit(bench.route("b"), patience: .seconds(10)).refusal
      #expect(refusal?.reason == .keyOut)
      bench.run(until: bench.now + .milliseconds(10))
      bench.call { $0.renewed(key: 0, api: 0, at: $1) }
    }
    #expect(bench.admit(bench.route("b")).isGranted)
  }

  @Test func `With every key out requests that cannot wait are refused with the reason`() {
    let bench = bench(keys: 1)
    #expect(bench.respond(bench.pass(bench.route("a")), 401, KeyPoolTests.permanent).isRelay)
    let refusal = bench.admit(bench.route("b"), patience: .seconds(10)).refusal
    #expect(refusal?.reason == .keyOut)
    #expect((refusal?.retryAfter ?? .zero) >= .seconds(55))
  }

  @Test func `A caller's own key is the caller's affair`() {
    let bench = Bench(limits: [window("w", 9, 60)], keys: [], fromCaller: true)
    let grant = bench.pass(bench.route("a", ownKey: "x"))
    #expect(bench.respond(grant, 401, KeyPoolTests.permanent).isRelay)
    #expect(bench.admit(bench.route("a", ownKey: "x")).isGranted && bench.notices.isEmpty)
  }

  @Test func `An account is shut and opened, and drains in order`() {
    let bench = bench(keys: 1)
    bench.call { #expect($0.close(account: "a", api: 0, at: $1)) }
    let tickets = (0..<5).map { _ in bench.park(bench.route("a")) }
    #expect(bench.admit(bench.route("b")).isGranted)
    bench.run(until: ms(60_000))
    #expect(bench.grants.count == 1)
    #expect(bench.admit(bench.route("a"), patience: .zero).refusal?.reason == .closed)
    bench.call { #expect($0.open(account: "a", api: 0, at: $1)) }
    #expect(bench.grants.dropFirst().map(\.ticket) == tickets)
    bench.call { #expect(!$0.open(account: "a", api: 0, at: $1)) }
    bench.call { #expect(!$0.open(account: "nobody", api: 0, at: $1)) }
  }

  @Test func `A used up quota parks its scope and refuses at arrival what cannot wait`() {
    let bench = bench(keys: 1)
    let quota = Signal(kind: .quota, scope: .account, delay: .seconds(3_600), reason: "daily")
    let first = bench.pass(bench.route("a"))
    #expect(bench.respond(first, 429, quota).refusal?.reason == .quota)
    let refusal = bench.admit(bench.route("a")).refusal
    #expect(refusal?.reason == .quota && (refusal?.retryAfter ?? .zero) >= .seconds(3_599))
    #expect(bench.admit(bench.route("b")).isGranted)
    #expect(bench.notices.count == 1)
  }
}

extension Notice {
  var after: Duration {
    switch event {
    case .keyOut(_, let after), .accountOut(_, let after), .quotaUsedUp(_, let after): after
    default: .zero
    }
  }
}
