import Statistics
import Timekeeping

/// The text of `/health`: 200 as long as what could go does go, 503 otherwise.
enum HealthDocument {
  /// How long a request that could go may still wait.
  private static let patience: Duration = .seconds(5)

  static func text(_ context: ProxyContext) -> (status: Int, body: [UInt8]) {
    let overdue = context.desk.overdue()
    let isHealthy = overdue <= patience
    var json = JSONText()
    json.object { json in
      json.string("status", isHealthy ? word(context) : "overdue")
      json.number("overdue_s", overdue.inSeconds)
    }
    return (isHealthy ? 200 : 503, json.bytes + [0x0A])
  }

  /// One that lacks memory still serves what it has: a restart would lose that.
  private static func word(_ context: ProxyContext) -> String {
    if context.isDraining { return "draining" }
    return context.pressure.isTight ? "degraded" : "ok"
  }
}
