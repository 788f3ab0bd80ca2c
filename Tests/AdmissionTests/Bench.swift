import Feedback
import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

/// Milliseconds after the clock's origin.
func ms(_ count: Int64) -> Instant { Instant(nanoseconds: count * 1_000_000) }

/// The engine on virtual time, with events of the world around it.
final class Bench {
  private struct Event {
    var time: Int64
    var order: Int
    var action: () -> Void
  }

  let engine: AdmissionEngine
  let rules: [LimitRule]
  let rulebook: Rulebook
  private(set) var now = ms(0)
  private(set) var grants: [Grant] = []
  private(set) var notices: [Notice] = []
  private(set) var refusals: [TicketID: Refusal] = [:]
  private(set) var grantTimes: [TicketID: Instant] = [:]
  /// Called for each grant, in order.
  var onGrant: ((Grant) -> Void)?
  private var events: [Event] = []
  private var order = 0

  init(
    limits: [LimitRule] = [], keys: [String] = ["main"], lanes: [Lane]? = nil,
    queues: QueueBounds = QueueBounds(), fromCaller: Bool = false, connections: Int = 100_000,
    bucketBound: Int = 1_000_000, seed: UInt64 = 1
  ) {
    rules = limits
    let api = Api(
      name: "api", origin: Origin(isSecure: true, host: "api.test", port: 443), hosts: [],
      credential: CredentialRule(header: "x-key", fromCaller: fromCaller),
      keys: keys.map { ApiKey(name: $0, secret: Secret([1]), source: .environment("K")) },
      limits: limits,
      lanes: lanes ?? [Lane(name: "all", keys: Array(keys.indices), maxWait: .seconds(86_400))],
      connections: connections)
    let address = ListenAddress.tcp(host: "127.0.0.1", port: 0)
    rulebook = Rulebook(
      proxies: [ListenRule(address)], admin: ListenRule(address), queues: queues, apis: [api])
    engine = AdmissionEngine(
      rulebook: rulebook, at: ms(0), wall: WallTime(secondsSinceEpoch: 1_700_000_000), seed: seed,
      bucketBound: bucketBound)
  }

  func route(
    _ account: String? = nil, lane: Int = 0, caller: String = "c", endpoint: String = "GET /",
    ownKey: String? = nil, cost: Int = 1, limits: [Int]? = nil,
    repeatability: Repeatability = .idempotent
  ) -> Route {
    Route(
      api: 0, lane: lane, account: account, caller: caller, ownKey: ownKey, endpoint: endpoint,
      charges: (limits ?? Array(rules.indices)).map { Charge(limit: $0, cost: cost) },
      repeatability: repeatability)
  }

  @discardableResult
  func admit(_ route: Route, patience: Duration? = nil) -> Arrival {
    let arrival = engine.admit(route, patience: patience, at: now)
    if case .granted(let grant) = arrival { note(grant) }
    collect()
    return arrival
  }

  /// Admits what must wait, and names its ticket.
  func park(
    _ route: Route, patience: Duration? = nil, at source: SourceLocation = #_sourceLocation
  ) -> TicketID {
    let arrival = admit(route, patience: patience)
    if case .waiting(let ticket) = arrival { return ticket }
    Issue.record("the request does not wait: \(arrival)", sourceLocation: source)
    return TicketID(slot: 0, generation: 0)
  }

  /// Admits what must be granted at once.
  func pass(_ route: Route, at source: SourceLocation = #_sourceLocation) -> Grant {
    let arrival = admit(route)
    if case .granted(let grant) = arrival { return grant }
    Issue.record("the request is not granted: \(arrival)", sourceLocation: source)
    return Grant(
      ticket: TicketID(slot: 0, generation: 0), key: nil, attempt: 0, waited: .zero)
  }

  func at(_ instant: Instant, _ action: @escaping () -> Void) {
    order += 1
    let event = Event(time: instant.nanoseconds, order: order, action: action)
    var child = events.count
    events.append(event)
    while child > 0, isBefore(child, (child - 1) / 2) {
      events.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private func isBefore(_ lhs: Int, _ rhs: Int) -> Bool {
    (events[lhs].time, events[lhs].order) < (events[rhs].time, events[rhs].order)
  }

  private func pop() -> Event {
    events.swapAt(0, events.count - 1)
    let event = events.removeLast()
    var at = 0
    while true {
      var least = at
      for child in [2 * at + 1, 2 * at + 2]
      where child < events.count && isBefore(child, least) { least = child }
      if least == at { return event }
      events.swapAt(at, least)
      at = least
    }
  }

  /// Lets time pass: timers and events in order.
  func run(until end: Instant) {
    while true {
      let deadline = engine.nextDeadline ?? .distantFuture
      let event = events.first.map { Instant(nanoseconds: $0.time) } ?? .distantFuture
      guard min(deadline, event) <= end else { break }
      now = max(now, min(deadline, event))
      if event <= deadline {
        pop().action()
      } else {
        engine.advance(to: now)
      }
      collect()
    }
    now = max(now, end)
    engine.advance(to: now)
    collect()
  }

  func call(_ body: (AdmissionEngine, Instant) -> Void) {
    body(engine, now)
    collect()
  }

  /// The response and its end, `delay` from now.
  func answer(_ grant: Grant, after delay: Duration) {
    at(now + delay) { [self] in
      _ = engine.responded(grant.ticket, Reading.plain(status: 200), canReplay: true, at: now)
      engine.finished(grant.ticket, at: now)
    }
  }

  func answer(_ grant: Grant) {
    _ = engine.responded(grant.ticket, Reading.plain(status: 200), canReplay: true, at: now)
    engine.finished(grant.ticket, at: now)
    collect()
  }

  @discardableResult
  func block(
    _ grant: Grant, _ scope: Signal.Scope, _ delay: Duration? = nil, canReplay: Bool = true
  ) -> Verdict {
    let verdict = engine.responded(
      grant.ticket, Reading(status: 429, signal: Signal(scope: scope, delay: delay)),
      canReplay: canReplay, at: now)
    collect()
    return verdict
  }

  /// The head of a response that says something, or nothing, about limits.
  @discardableResult
  func respond(
    _ grant: Grant, _ status: Int, _ signal: Signal? = nil, estimates: [Estimate] = [],
    spent: [Spent] = [], canReplay: Bool = true
  ) -> Verdict {
    let verdict = engine.responded(
      grant.ticket, Reading(status: status, signal: signal, estimates: estimates), spent: spent,
      canReplay: canReplay, at: now)
    collect()
    return verdict
  }

  @discardableResult
  func fail(_ grant: Grant, _ failure: Failure, isStale: Bool = false) -> Verdict {
    let verdict = engine.failed(grant.ticket, failure, isStale: isStale, at: now)
    collect()
    return verdict
  }

  func granted(_ ticket: TicketID) -> Bool { grantTimes[ticket] != nil }

  private func note(_ grant: Grant) {
    grants.append(grant)
    grantTimes[grant.ticket] = now
    onGrant?(grant)
  }

  private func collect() {
    while true {
      let actions = engine.takeActions()
      if actions.isEmpty { return }
      for action in actions {
        switch action {
        case .grant(let grant): note(grant)
        case .refuse(let ticket, let refusal): refusals[ticket] = refusal
        case .notice(let notice): notices.append(notice)
        }
      }
    }
  }
}

func window(
  _ name: String, _ allow: Int, _ seconds: Int, per scope: LimitScope = .key
) -> LimitRule {
  LimitRule(
    name: name, scope: scope,
    kind: .slidingWindow(rate: Rate(allow: allow, per: .seconds(seconds))))
}

func bucketRule(_ name: String, perMinute: Int, burst: Int, per scope: LimitScope = .key)
  -> LimitRule
{
  LimitRule(
    name: name, scope: scope,
    kind: .tokenBucket(rate: Rate(allow: perMinute, per: .seconds(60)), burst: burst))
}

func spacing(_ name: String, _ seconds: Int, per scope: LimitScope = .account) -> LimitRule {
  LimitRule(name: name, scope: scope, kind: .spacing(every: .seconds(seconds)))
}

func concurrency(_ name: String, _ allow: Int, per scope: LimitScope = .key) -> LimitRule {
  LimitRule(name: name, scope: scope, kind: .concurrency(allow: allow))
}

extension Arrival {
  var refusal: Refusal? {
    if case .refused(let refusal) = self { return refusal }
    return nil
  }

  var isWaiting: Bool {
    if case .waiting = self { return true }
    return false
  }

  var isGranted: Bool {
    if case .granted = self { return true }
    return false
  }
}

extension Verdict {
  var isRetry: Bool {
    if case .retry = self { return true }
    return false
  }

  var refusal: Refusal? {
    if case .refused(let refusal) = self { return refusal }
    return nil
  }

  var isRelay: Bool {
    if case .relay = self { return true }
    return false
  }
}
