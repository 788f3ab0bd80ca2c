/// How an attempt ended without an answer.
public enum Failure: Hashable, Sendable {
  /// The request was provably never sent: refused, no name, no TLS, no byte written.
  case unsent
  /// Something was sent, and no whole head of an answer came.
  case unanswered
}
