/// What became of a request that holds slots.
///
/// The order is `horizon` (only when the answer is slow), `response`, `finished`.
public enum Settlement: Hashable, Sendable {
  /// The arrival horizon passed without an answer: the request is taken to have arrived by now
  /// (limits-science.md 3.2, "Slow handlers").
  case horizon
  /// The head of the response was read, or the wait for it was given up; `late` when the horizon
  /// had passed before.
  case response(late: Bool)
  /// The end of the response was read: the provider works on it no more.
  case finished
}
