import Limits
import Planning
import Policy
import Timekeeping

/// Policies of one API and plans over them.
enum Sample {
  /// 2026-03-02T00:00:00Z, a Monday.
  static let monday = WallTime(secondsSinceEpoch: 1_772_409_600)

  static func rulebook(
    _ limits: [LimitRule],
    lanes: [Lane] = [Lane(name: "all", keys: [0], maxWait: .seconds(86_400))],
    selectors: [AccountSelector] = [], queues: QueueBounds = QueueBounds(),
    connections: Int = 10_000
  ) -> Rulebook {
    let api = Api(
      name: "api", origin: Origin(isSecure: true, host: "api.test", port: 443),
      hosts: ["api.test"], credential: CredentialRule(header: "x-key"),
      accountSelectors: selectors,
      keys: [ApiKey(name: "main", secret: Secret([1]), source: .environment("K"))],
      limits: limits, lanes: lanes, connections: connections)
    let address = ListenAddress.tcp(host: "127.0.0.1", port: 0)
    return Rulebook(
      proxies: [ListenRule(address)], admin: ListenRule(address), queues: queues, apis: [api])
  }

  static func window(_ allow: Int, _ seconds: Int, per scope: LimitScope = .key) -> LimitRule {
    LimitRule(
      name: "window", scope: scope,
      kind: .slidingWindow(rate: Rate(allow: allow, per: .seconds(seconds))))
  }

  static func part(
    _ arrivals: Arrivals.Pattern, name: String = "work", target: String = "/v1/x",
    accounts: Int = 0, callers: Int = 1, service: ServiceTime = .constant(.milliseconds(100)),
    count: Int? = nil, until: Duration? = nil, from: Duration = .zero, patience: Duration? = nil
  ) -> WorkloadPart {
    WorkloadPart(
      name: name, api: 0, method: "POST", target: target,
      accounts: .count(accounts, prefix: "account"), callers: .count(callers, prefix: "caller"),
      arrivals: Arrivals(arrivals, from: from, until: until, count: count), service: service,
      patience: patience)
  }

  static func run(
    _ rulebook: Rulebook, _ parts: [WorkloadPart], duration: Duration? = nil, seed: UInt64 = 1
  ) -> PlanReport {
    var plan = Plan(
      rulebook, Workload(start: monday, duration: duration, seed: seed, parts: parts))
    return plan.run()
  }

  static func log(_ text: String) -> AccessLog {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.utf8) }
    lines.reverse()
    return AccessLog { lines.popLast() }
  }
}
