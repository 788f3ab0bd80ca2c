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
      json.string("status", isHealthy ? (context.isDraining ? "draining" : "ok") : "overdue")
      json.number("overdue_s", overdue.inSeconds)
    }
    return (isHealthy ? 200 : 503, json.bytes + [0x0A])
  }
}
