/// What a worker is doing, for `/stats`.
struct WorkerReport: Sendable {
  /// Client connections open now.
  var clients: Int
  /// Requests under way.
  var exchanges: Int
  /// Requests so far.
  var total: Int
  /// Connections to origins that idle.
  var idleUpstream: Int
  /// Tunnels under way.
  var tunnels: Int
  /// Names that are being looked up.
  var lookingUp: Int
  /// Bytes of heads that requests keep while they wait.
  var parkedBytes: Int
  /// Bytes of bodies kept for another attempt.
  var replayBytes: Int
  /// How long the longest turn of the loop took lately, in milliseconds.
  var longestTurn: Double
}
