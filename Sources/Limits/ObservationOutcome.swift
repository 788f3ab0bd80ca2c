/// What an answer's counters changed.
public enum ObservationOutcome: Hashable, Sendable {
  /// Nothing could be learned: too old, not about this limit, or against all reason.
  case ignored
  /// The local count was within what the answer proves.
  case agreed
  /// So many units more are there than were believed.
  case raised(by: Int)
  /// So many units fewer are there: somebody else uses them.
  case lowered(by: Int)
  /// The provider's limit is another than was believed; the count was clamped as well.
  case resized(from: Int, to: Int)
}
