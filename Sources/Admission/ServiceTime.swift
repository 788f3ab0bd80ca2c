/// How long a request usually holds a slot that only its end frees: a running mean.
///
/// It turns a queue for a number of requests at once into a time; an estimate, not a bound.
struct ServiceTime {
  /// The latest request counts for one part in so many, once there were as many.
  private static let memory: Int64 = 128

  private var mean: Int64 = 0
  private var count: Int64 = 0

  /// The mean in nanoseconds; 0 before the first request has ended.
  var nanoseconds: Int64 { mean }

  /// Learns from one request.
  mutating func learn(_ span: Int64) {
    count = min(count + 1, ServiceTime.memory)
    mean = max(1, mean + (span - mean) / count)
  }
}
