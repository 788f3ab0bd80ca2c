import Admission
import Feedback
import Limits
import Policy
import Timekeeping

/// The real engine with one API, one key and the limits of a row: every call to it is made here.
final class EngineDriver {
  struct Granted {
    var ticket: TicketID
    var caller: Int32
  }

  private let engine: AdmissionEngine
  private let routes: [Route]
  private var waiting: [TicketID: Int32] = [:]
  /// Grants since they were last taken, in order.
  private(set) var granted: [Granted] = []
  /// What the engine would not let wait: none, in a sound run.
  private(set) var refusals: [Refusal] = []

  init(limits: [LimitRule], callers: Int, wall: WallTime, seed: UInt64) {
    let patience = Duration.seconds(4_000_000_000)
    let api = Api(
      name: "api", origin: Origin(isSecure: true, host: "api.test", port: 443), hosts: [],
      credential: CredentialRule(header: "x-key"),
      keys: [ApiKey(name: "main", secret: Secret([1]), source: .environment("K"))], limits: limits,
      lanes: [Lane(name: "all", keys: [0], maxWait: patience)], connections: 1_000_000)
    let address = ListenAddress.tcp(host: "127.0.0.1", port: 0)
    let rulebook = Rulebook(
      proxies: [ListenRule(address)], admin: ListenRule(address),
      queues: QueueBounds(perLane: 1_000_000, total: 1_000_000), apis: [api])
    engine = AdmissionEngine(
      rulebook: rulebook, at: Instant(nanoseconds: 0), wall: wall, seed: seed)
    let charges = limits.indices.map { Charge(limit: $0) }
    routes = (0..<callers).map {
      Route(
        api: 0, lane: 0, account: "a\($0 % 7)", caller: "c\($0 % 3)", endpoint: "GET /",
        charges: charges)
    }
  }

  /// When the engine next wants to be called; `.max` when only calls can change anything.
  var nextDeadline: Int64 { engine.nextDeadline?.nanoseconds ?? .max }

  func takeGrants() -> [Granted] {
    for action in engine.takeActions() {
      switch action {
      case .grant(let grant):
        granted.append(
          Granted(ticket: grant.ticket, caller: waiting.removeValue(forKey: grant.ticket) ?? 0))
      case .refuse(_, let refusal): refusals.append(refusal)
      case .notice: break
      }
    }
    defer { granted.removeAll(keepingCapacity: true) }
    return granted
  }

  func ask(_ caller: Int32, at time: Int64) {
    switch engine.admit(routes[Int(caller)], at: Instant(nanoseconds: time)) {
    case .granted(let grant): granted.append(Granted(ticket: grant.ticket, caller: caller))
    case .waiting(let ticket): waiting[ticket] = caller
    case .refused(let refusal): refusals.append(refusal)
    }
  }

  func written(_ ticket: TicketID, at time: Int64) {
    engine.sent(ticket, at: Instant(nanoseconds: time))
  }

  func answered(_ ticket: TicketID, at time: Int64) {
    let now = Instant(nanoseconds: time)
    _ = engine.responded(ticket, .plain(status: 200), canReplay: true, at: now)
    engine.finished(ticket, at: now)
  }

  func lost(_ ticket: TicketID, at time: Int64) {
    engine.lost(ticket, at: Instant(nanoseconds: time))
  }

  func advance(to time: Int64) { engine.advance(to: Instant(nanoseconds: time)) }
}
