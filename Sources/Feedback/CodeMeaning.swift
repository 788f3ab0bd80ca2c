/// What an error code in the body of a limit status means (limits-science.md, section 6.4).
public enum CodeMeaning: Hashable, Sendable {
  /// An ordinary limit; the scope follows from the rest of the answer.
  case limit
  /// A limit of this scope, whatever the rest of the answer says.
  case scope(Signal.Scope)
  /// A soft block of this scope, not a counter: a wait of at least so long (class S).
  case softBlock(Signal.Scope, atLeast: Duration)
  /// No wait helps: the answer is the caller's to see (class P).
  case permanent
}
