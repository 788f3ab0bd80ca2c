import Feedback
import Limits
import Policy
import Seeding
import Testing
import Timekeeping

@testable import Admission

@Suite struct RetryTests {
  struct Row: Sendable, CustomStringConvertible {
    var description: String
    var status: Int
    var signal: Signal
    /// Whether a request without key, one with a key, and an idempotent one go again.
    var again: (once: Bool, keyed: Bool, idempotent: Bool)
  }

  static func signal(
    _ kind: Signal.Kind, _ delay: Duration? = nil, isUnprocessed: Bool = false
  ) -> Signal {
    Signal(kind: kind, scope: .key, delay: delay, isUnprocessed: isUnprocessed)
  }

  static let table: [Row] = [
    Row(
      description: "429", status: 429, signal: signal(.limit, .seconds(1)),
      again: (true, true, true)),
    Row(
      description: "403 that means a limit", status: 403, signal: signal(.softBlock, .seconds(1)),
      again: (true, true, true)),
    Row(
      description: "429 of a lock", status: 429, signal: signal(.lock), again: (true, true, true)),
    Row(
      description: "too many at once", status: 429, signal: signal(.concurrency),
      again: (true, true, true)),
    Row(
      description: "503 with Retry-After", status: 503, signal: signal(.overload, .seconds(1)),
      again: (false, true, true)),
    Row(
      description: "503 with Retry-After, not processed", status: 503,
      signal: signal(.overload, .seconds(1), isUnprocessed: true), again: (true, true, true)),
    Row(
      description: "502", status: 502, signal: signal(.failure), again: (false, true, true)),
    Row(description: "500", status: 500, signal: signal(.failure), again: (false, true, true)),
    Row(
      description: "402", status: 402, signal: signal(.permanent), again: (false, false, false)),
  ]

  @Test(arguments: table)
  func `Which answers are repeated depends on the method and the key`(row: Row) {
    let cases: [(Repeatability, Bool)] = [
      (.once, row.again.once), (.keyed, row.again.keyed), (.idempotent, row.again.idempotent),
    ]
    for (repeatability, again) in cases {
      let bench = Bench(limits: [window("w", 100, 60)])
      let grant = bench.pass(bench.route("a", repeatability: repeatability))
      let verdict = bench.respond(grant, row.status, row.signal)
      #expect(verdict.isRetry == again && verdict.isRelay == !again, "\(repeatability)")
      if again {
        bench.run(until: ms(80_000))
        #expect(bench.grants.count == 2 && bench.grants[1].attempt == 2, "\(repeatability)")
      } else {
        bench.call { $0.finished(grant.ticket, at: $1) }
        bench.run(until: ms(200_000))
        #expect(bench.grants.count == 1 && bench.engine.tickets.count == 0)
      }
    }
  }

  @Test
  func `What was never sent goes again whatever it is, what was sent only where that is safe`() {
    for (failure, once) in [(Failure.unsent, true), (.unanswered, false)] {
      for (repeatability, again) in [
        (Repeatability.once, once), (.keyed, true), (.idempotent, true),
      ] {
        let bench = Bench(limits: [window("w", 100, 60)])
        let grant = bench.pass(bench.route("a", repeatability: repeatability))
        let verdict = bench.fail(grant, failure)
        #expect(verdict.isRetry == again && verdict.refusal == nil)
        bench.run(until: ms(10_000))
        #expect(bench.grants.count == (again ? 2 : 1))
      }
    }
  }

  @Test func `An answer of the fifth attempt is the caller's, but never one that means a limit`() {
    for (signal, status) in [(RetryTests.signal(.failure), 502), (RetryTests.signal(.limit), 429)] {
      let bench = Bench(limits: [window("w", 100, 60)])
      var last: Verdict?
      bench.onGrant = { grant in
        bench.at(bench.now) { last = bench.respond(grant, status, signal) }
      }
      bench.admit(bench.route("a"))
      bench.run(until: ms(900_000))
      #expect(bench.grants.count == 5)
      #expect(status == 502 ? last?.isRelay == true : last?.refusal?.reason == .attempts)
    }
  }

  @Test func `Backoffs spread between the base and three times the last, and end at 20 s`() {
    let bench = Bench(limits: [window("w", 1_000, 60)])
    var seen: Set<Int64> = []
    for _ in 0..<200 {
      let grant = bench.pass(bench.route("a"))
      let slot = bench.engine.tickets.find(grant.ticket) ?? -1
      var last: Int64 = 250
      for _ in 0..<10 {
        let next = bench.engine.backoff(of: slot, base: 250_000_000) / 1_000_000
        #expect(next >= 250 && next <= max(250, min(20_000, 3 * last)))
        seen.insert(next)
        last = next
      }
    }
    #expect(seen.count > 500 && (seen.max() ?? 0) > 19_000)
  }

  @Test func `Repetitions keep to the budget, but for those that wait for a limit`() {
    let bench = Bench(limits: [window("w", 100_000, 60)])
    var retried = 0
    for _ in 0..<1_000 {
      let grant = bench.pass(bench.route())
      if bench.respond(grant, 502, RetryTests.signal(.failure)).isRetry { retried += 1 }
    }
    // A fifth of 1,000 is more than 10 a second for 10 s.
    #expect(retried == 200)
    #expect(bench.notices.filter { $0.event == .retryBudgetSpent }.count == 1)
    let limited = bench.pass(bench.route("x"))
    #expect(bench.respond(limited, 429, RetryTests.signal(.lock)).isRetry)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `The budget is a fifth of the latest ten seconds, or ten a second`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var budget = RetryBudget()
    var sent: [Int64] = []
    var repeated: [Int64] = []
    var second: Int64 = 0
    for _ in 0..<20_000 {
      if random.next() % 100 == 0 { second += Int64(random.next() % 4) }
      let now = Instant(nanoseconds: second * 1_000_000_000 + 5)
      if random.next() % 3 > 0 {
        budget.count(at: now)
        sent.append(second)
      } else {
        let recent = { (list: [Int64]) in list.count { $0 > second - 10 } }
        let allowed = max(recent(sent) / 5, 100)
        let expected = recent(repeated) < allowed
        #expect(budget.take(at: now) == expected, "seed \(seed)")
        if expected { repeated.append(second) }
      }
    }
  }

  @Test func `A lock is tried again within two seconds and holds nobody else`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    let grant = bench.pass(bench.route("a", repeatability: .keyed))
    #expect(bench.respond(grant, 409, RetryTests.signal(.lock)).isRetry)
    #expect(bench.admit(bench.route("b")).isGranted)
    // Its own account keeps its order.
    let behind = bench.park(bench.route("a"))
    bench.run(until: ms(499))
    #expect(bench.grants.count == 2)
    bench.run(until: ms(2_000))
    #expect(bench.grants.count == 4 && bench.grants[2].ticket == grant.ticket)
    #expect(bench.grants[3].ticket == behind)
  }

  @Test func `Without an account a request that backs off holds nobody up`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    let grant = bench.pass(bench.route())
    #expect(bench.respond(grant, 502, RetryTests.signal(.failure)).isRetry)
    #expect(bench.admit(bench.route()).isGranted && bench.engine.waiting == 1)
    let other = bench.pass(bench.route())
    #expect(bench.respond(other, 502, RetryTests.signal(.failure)).isRetry)
    bench.call { $0.cancel(other.ticket, at: $1) }
    #expect(bench.engine.waiting == 1)
    bench.run(until: ms(1_000))
    #expect(bench.grants.last?.ticket == grant.ticket && bench.grants.last?.attempt == 2)
    #expect(bench.engine.waiting == 0 && bench.grants.count == 4)
  }

  @Test func `One who leaves while its request rests lets the next one go at once`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    let grant = bench.pass(bench.route("a"))
    #expect(bench.respond(grant, 409, RetryTests.signal(.lock)).isRetry)
    let behind = bench.park(bench.route("a"))
    bench.call { $0.cancel(grant.ticket, at: $1) }
    #expect(bench.granted(behind))
  }

  @Test func `An overload without a stated delay holds its endpoint only`() {
    let bench = Bench(limits: [window("w", 100, 60)])
    let overload = Signal(kind: .overload, scope: .api, delay: nil)
    #expect(bench.respond(bench.pass(bench.route("a", endpoint: "GET /x")), 503, overload).isRetry)
    #expect(bench.admit(bench.route("b", endpoint: "GET /x")).isWaiting)
    #expect(bench.admit(bench.route("c", endpoint: "GET /y")).isGranted)
    let stated = Signal(kind: .overload, scope: .api, delay: .seconds(2))
    #expect(bench.respond(bench.pass(bench.route("d", endpoint: "GET /z")), 503, stated).isRetry)
    #expect(bench.admit(bench.route("e", endpoint: "GET /y")).isWaiting)
  }
}
