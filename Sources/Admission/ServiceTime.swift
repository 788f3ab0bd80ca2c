/// How long a request usually holds a slot that only its end frees: a running mean.
///
/// It turns a queue for a number of requests at once into a time; an estimate, not a bound.
struct ServiceTime {
  private var mean: Int64 = 0

  /// The mean in nanoseconds; 0 before the first request has ended.
  var nanoseconds: Int64 { mean }

  /// Learns from one request; a sixteenth of the difference counts.
  mutating func learn(_ span: Int64) {
    mean = mean == 0 ? max(1, span) : mean + (span - mean) / 16
  }
}
