import Timekeeping

/// One attempt that ended in vain, and what decides whether there is another.
struct Attempt {
  var row: RetryRule.Row
  /// Whether the request's bytes can be sent once more.
  var canReplay: Bool
  /// The bucket that is held because of it.
  var gate: Int?
  /// When the scope it blames may have room again.
  var notBefore: Instant
  /// How long the request itself waits, in nanoseconds.
  var backoff: Int64
  var hasAnswer: Bool
  /// Whether a repetition is no burden for the provider.
  var isFree = false
}
