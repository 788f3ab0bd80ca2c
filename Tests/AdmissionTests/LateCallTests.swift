import Feedback
import Limits
import Policy
import Seeding
import Testing
import Timekeeping

@testable import Admission

/// Calls that come when something is due that no `advance` has done yet.
@Suite struct LateCallTests {
  @Test func `A caller that leaves as its room comes up takes nothing`() {
    let bench = Bench(limits: [window("w", 1, 60), concurrency("k", 1)])
    bench.answer(bench.pass(bench.route("a")))
    bench.run(until: ms(1_000))
    let leaver = bench.park(bench.route("a"))
    bench.engine.cancel(leaver, at: ms(60_030))
    #expect(bench.engine.takeActions().isEmpty)
    #expect(bench.engine.tickets.count == 0 && bench.engine.apis[0].inFlight == [0])
    #expect(bench.engine.report(at: ms(60_030)).apis[0].lanes[0].cancelled == 1)
    bench.run(until: ms(60_030))
    #expect(bench.admit(bench.route("b")).isGranted)
  }

  @Test func `A caller that leaves as its deadline passes is answered no more`() {
    let bench = Bench(limits: [concurrency("k", 1)])
    _ = bench.pass(bench.route("a"))
    let leaver = bench.park(bench.route("a"), patience: .seconds(5))
    bench.engine.cancel(leaver, at: ms(5_000))
    #expect(bench.engine.takeActions().isEmpty && bench.engine.waiting == 0)
    #expect(bench.engine.report(at: ms(5_000)).apis[0].lanes[0].refused == 0)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func `However late the calls come nothing leaks and nobody is left waiting`(seed: UInt64) {
    let lanes = [
      Lane(name: "a", keys: [0, 1, 2], weight: 4, maxWait: .seconds(90)),
      Lane(name: "b", keys: [1], weight: 1, maxWait: .seconds(60)),
    ]
    let quota = LimitRule(name: "q", scope: .account, kind: .calendar(allow: 400))
    let bench = Bench(
      limits: [
        window("w", 30, 10), bucketRule("b", perMinute: 300, burst: 12), spacing("s", 1),
        concurrency("k", 9, per: .api), window("e", 12, 10, per: [.endpoint, .lane]), quota,
        LimitRule(name: "f", scope: .caller, kind: .spacing(every: .milliseconds(100))),
      ], keys: ["x", "y", "z"], lanes: lanes, connections: 10, bucketBound: 500, seed: seed)
    let engine = bench.engine
    var random = SplitMix64(seed: seed)
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    var waiting: Set<TicketID> = []
    var open: [Grant] = []
    var now = ms(0)
    func take() {
      for action in engine.takeActions() {
        switch action {
        case .grant(let grant):
          #expect(waiting.remove(grant.ticket) != nil, "granted to nobody, seed \(seed)")
          open.append(grant)
        case .refuse(let ticket, _):
          #expect(waiting.remove(ticket) != nil, "refused to nobody, seed \(seed)")
        case .notice: break
        }
      }
    }
    func settle(_ grant: Grant) {
      var verdict = Verdict.relay
      switch below(16) {
      case 0: engine.unsent(grant.ticket, at: now)
      case 1: engine.lost(grant.ticket, at: now)
      case 2: verdict = engine.failed(grant.ticket, .unanswered, isStale: true, at: now)
      case 3: verdict = engine.failed(grant.ticket, .unsent, isStale: true, at: now)
      case 4:
        let scopes: [Signal.Scope] = [.key, .account, .endpoint, .api, .narrowest]
        let signal = Signal(scope: scopes[below(5)], delay: below(2) == 0 ? nil : .seconds(2))
        verdict = engine.responded(
          grant.ticket, Reading(status: 429, signal: signal), canReplay: true, at: now)
      case 5:
        _ = engine.responded(grant.ticket, Reading.plain(status: 200), canReplay: true, at: now)
        verdict = engine.failed(grant.ticket, .unanswered, isStale: true, at: now)
      case 6: engine.finished(grant.ticket, at: now)
      default:
        engine.sent(grant.ticket, at: now)
        _ = engine.responded(grant.ticket, Reading.plain(status: 200), canReplay: true, at: now)
        engine.finished(grant.ticket, at: now)
      }
      if verdict.isRetry { waiting.insert(grant.ticket) }
    }
    for step in 0..<20_000 {
      now = now.advanced(byNanoseconds: Int64(below(60)) * 1_000_000)
      if step % 997 == 0 { now = now.advanced(byNanoseconds: 2_000_000_000) }
      switch below(8) {
      case 0, 1, 2:
        let route = bench.route(
          below(9) == 0 ? nil : "a\(below(15))", lane: below(2), caller: "c\(below(3))",
          endpoint: "GET /\(below(4))", limits: below(4) == 0 ? [0, 1, 3] : nil)
        let patience: Duration? = below(3) == 0 ? .milliseconds(below(20_000)) : nil
        switch engine.admit(route, patience: patience, at: now) {
        case .granted(let grant): open.append(grant)
        case .waiting(let ticket): waiting.insert(ticket)
        case .refused: break
        }
      case 3:
        if let ticket = waiting.min(by: { $0.rawValue < $1.rawValue }) {
          waiting.remove(ticket)
          engine.cancel(ticket, at: now)
        }
      case 4:
        if below(50) == 0 {
          let wall = WallTime(secondsSinceEpoch: 1_700_000_000 + Int64(below(100_000)))
          engine.setWallClock(wall, at: now)
        }
      default:
        if !open.isEmpty { settle(open.remove(at: below(open.count))) }
      }
      take()
      if step % 50 == 0 {
        engine.advance(to: now)
        take()
        let idlers = engine.flows.indices.filter { engine.isIdler(Int32($0)) }
        #expect(idlers.isEmpty, "lost wake-ups at \(step), seed \(seed): \(idlers)")
      }
    }
    var rounds = 0
    while rounds < 100_000, !open.isEmpty || engine.nextDeadline != nil {
      rounds += 1
      if let grant = open.popLast() {
        settle(grant)
      } else if let due = engine.nextDeadline {
        now = max(now, due)
        engine.advance(to: now)
      }
      take()
    }
    #expect(waiting.isEmpty && engine.waiting == 0 && engine.tickets.count == 0, "seed \(seed)")
    // What refusals cost a limit comes back one unit an hour.
    now = now.advanced(byNanoseconds: 60 * 86_400_000_000_000)
    engine.advance(to: now)
    #expect(engine.apis[0].inFlight == [0, 0, 0], "seed \(seed)")
    for var room in engine.rooms where room.isLive {
      #expect(room.queue.isIdle && room.promised == 0 && room.queued == 0, "seed \(seed)")
      _ = room.bucket.isForgettable(at: now)
      let isForgettable = room.bucket.isForgettable(at: now + .seconds(3_600))
      #expect(isForgettable, "seed \(seed) \(room.key)")
    }
    #expect(engine.nextDeadline == nil, "seed \(seed)")
  }
}
