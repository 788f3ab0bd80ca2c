import Feedback
import Limits
import Policy
import Synchronization
import Testing
import Timekeeping

@testable import Admission

/// An engine belongs to whoever holds its lock: several threads may take turns.
@Suite struct SharedEngineTests {
  private final class Shared: Sendable {
    let engine: Mutex<AdmissionEngine>

    init(_ limits: [LimitRule]) { engine = Mutex(SharedEngineTests.engine(limits)) }
  }

  @Test func `Tasks that share an engine behind a lock leave its books in order`() async {
    let rules = [
      bucketRule("t", perMinute: 6_000_000, burst: 100_000), window("w", 100_000, 60),
    ]
    let shared = Shared(rules)
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          for number in 0..<500 {
            let route = Route(
              api: 0, lane: 0, account: "a\(number % 7)", caller: "c\(worker)",
              endpoint: "GET /", charges: [Charge(limit: 0), Charge(limit: 1)])
            let now = Instant(nanoseconds: Int64(number))
            let ticket = shared.engine.withLock { engine -> TicketID? in
              guard case .granted(let grant) = engine.admit(route, at: now) else { return nil }
              return grant.ticket
            }
            guard let ticket else {
              Issue.record("worker \(worker) waits at \(number)")
              continue
            }
            shared.engine.withLock { engine in
              _ = engine.responded(ticket, .plain(status: 200), canReplay: true, at: now)
              engine.finished(ticket, at: now)
            }
          }
        }
      }
    }
    let (granted, left) = shared.engine.withLock { ($0.lanes[0].granted, $0.tickets.count) }
    #expect(granted == 2_000)
    #expect(left == 0)
  }

  /// Made where nobody else knows it, so that it may go behind a lock.
  private static func engine(_ limits: [LimitRule]) -> sending AdmissionEngine {
    let address = ListenAddress.tcp(host: "127.0.0.1", port: 0)
    let api = Api(
      name: "api", origin: Origin(isSecure: true, host: "api.test", port: 443), hosts: [],
      keys: [], limits: limits, lanes: [Lane(name: "all", keys: [], maxWait: .seconds(60))],
      connections: 64)
    return AdmissionEngine(
      rulebook: Rulebook(
        proxies: [ListenRule(address)], admin: ListenRule(address), queues: QueueBounds(),
        apis: [api]),
      at: Instant(nanoseconds: 0), wall: WallTime(secondsSinceEpoch: 1_700_000_000), seed: 1)
  }
}
