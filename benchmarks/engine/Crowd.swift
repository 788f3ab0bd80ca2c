import Admission
import Feedback
import Limits
import Policy
import Timekeeping

/// An engine with an API whose one key is not enough for the requests of many accounts, and one
/// with a light load.
final class Crowd {
  static let perAccount = 10
  static let lightAccounts = 50

  let engine: AdmissionEngine
  let accounts: Int
  var now = Instant(nanoseconds: 0)
  /// Routes of one lane share them.
  private let charges = [Charge(limit: 0), Charge(limit: 1)]
  private let lightCharges = [Charge(limit: 0), Charge(limit: 1)]
  /// What an answer to a light request states.
  let reading = Reading(
    status: 200,
    estimates: [
      Estimate(
        scope: .key, limit: 1_000_000, remaining: 999_000, window: .seconds(1),
        reset: .seconds(1))
    ])

  init(accounts: Int) {
    self.accounts = accounts
    let key = LimitRule(
      name: "key", scope: .key,
      kind: .tokenBucket(rate: Rate(allow: 1_000, per: .seconds(1)), burst: 1_000))
    // Twice its fair share of the key: it sometimes stands in the way.
    let own = LimitRule(
      name: "account", scope: .account,
      kind: .tokenBucket(
        rate: Rate(allow: 2, per: .milliseconds(max(1, accounts))), burst: 2))
    engine = AdmissionEngine(
      rulebook: Rulebook(
        proxies: [ListenRule(Crowd.address)], admin: ListenRule(Crowd.address),
        queues: QueueBounds(perLane: 4_000_000, total: 4_000_000),
        apis: [Crowd.api("busy", [key, own]), Crowd.api("light", Crowd.light)]),
      at: now, wall: WallTime(secondsSinceEpoch: 1_700_000_000), seed: 1)
  }

  private static let address = ListenAddress.tcp(host: "127.0.0.1", port: 0)
  /// Limits that are never in the way.
  private static let light = [
    LimitRule(
      name: "key", scope: .key,
      kind: .tokenBucket(rate: Rate(allow: 1_000_000, per: .seconds(1)), burst: 1_000_000)),
    LimitRule(
      name: "account", scope: .account,
      kind: .slidingWindow(rate: Rate(allow: 6_000, per: .seconds(60)))),
  ]

  private static func api(_ name: String, _ limits: [LimitRule]) -> Api {
    Api(
      name: name, origin: Origin(isSecure: true, host: "\(name).test", port: 443), hosts: [],
      credential: CredentialRule(header: "x-key"),
      keys: [ApiKey(name: "main", secret: Secret([1]), source: .environment("K"))],
      limits: limits,
      lanes: [Lane(name: "all", keys: [0], maxWait: .seconds(1_000_000))], connections: 1_000_000)
  }

  func route(_ number: Int) -> Route {
    let account = number % accounts
    return Route(
      api: 0, lane: 0, account: "account-of-a-customer-\(account)", caller: "c\(account % 3)",
      endpoint: "GET /v1/posts/*", charges: charges)
  }

  /// A request of the API with a light load.
  func lightRoute(_ number: Int) -> Route {
    Route(
      api: 1, lane: 0, account: "account-of-a-customer-\(number % Crowd.lightAccounts)",
      caller: "c\(number % 3)", endpoint: "GET /v1/posts/*", charges: lightCharges)
  }

  /// Admits one, and answers it at once if it does not wait.
  func admit(_ route: Route) -> TicketID? {
    switch engine.admit(route, at: now) {
    case .waiting(let ticket): return ticket
    case .granted(let grant): answer(grant.ticket)
    case .refused(let refusal): fatalError("refused: \(refusal)")
    }
    return nil
  }

  /// Lets time pass until so many more are granted.
  func grants(_ count: Int) -> [TicketID] {
    var granted: [TicketID] = []
    while granted.count < count, let due = engine.nextDeadline {
      now = max(now, due)
      engine.advance(to: now)
      for action in engine.takeActions() {
        guard case .grant(let grant) = action else { fatalError("a ticket was refused") }
        granted.append(grant.ticket)
      }
    }
    return granted
  }

  func answer(_ ticket: TicketID) {
    _ = engine.responded(ticket, .plain(status: 200), canReplay: true, at: now)
    engine.finished(ticket, at: now)
  }
}
