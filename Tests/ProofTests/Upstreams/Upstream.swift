/// A provider's limiter, exactly: it sees arrivals and ends at its own clock, and nothing else.
protocol Upstream {
  /// One request arrives at `time`, in nanoseconds of the limiter's clock, never earlier than the
  /// one before.
  ///
  /// - Returns: Whether the limiter takes it.
  mutating func accepts(at time: Int64) -> Bool

  /// The provider has done with a request it took.
  mutating func ends(at time: Int64)

  /// The arrivals that decided about the latest one, oldest first.
  var evidence: [Int64] { get }
}

extension Upstream {
  mutating func ends(at time: Int64) {}
}
