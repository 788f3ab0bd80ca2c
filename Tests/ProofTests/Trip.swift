/// What becomes of one request on its way, in nanoseconds after the decision to send it.
struct Trip {
  /// Its last byte is reported as written.
  var written: Int64 = 0
  /// It reaches the provider's limiter.
  var arrival: Int64
  /// How long an answer travels.
  var down: Int64
  /// Whether it reaches the provider at all.
  var arrives = true
  /// Whether an answer comes back.
  var isAnswered = true
}
