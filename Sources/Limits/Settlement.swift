/// What became of a request that holds slots.
///
/// The order is `horizon` (only when the answer is slow), `response`, then `finished` or `cut`;
/// `unknown` stands for `response` and `cut` together.
public enum Settlement: Hashable, Sendable {
  /// The arrival horizon passed without an answer: the request is taken to have arrived by now
  /// (limits-science.md 3.2, "Slow handlers").
  case horizon
  /// The head of the response was read, or the wait for it was given up; `late` when the horizon
  /// had passed before. `credit` is the shortest round trip of the path in nanoseconds, 0 when it
  /// is not known: a slot of a short window ends so much earlier (rule T2).
  case response(late: Bool, credit: Int64 = 0)
  /// The end of the response was read: the provider works on it no more.
  case finished
  /// The answer broke off, or never came: the provider may work on it for some time.
  case cut
  /// No answer came, and the horizon has not been reported: it has arrived, if ever, by now, and the
  /// provider may work on it for some time.
  case unknown
}
