/// What to do with an answer.
public enum Verdict: Sendable {
  /// Relay it to the caller; the ticket stays until it is finished.
  case relay
  /// Keep it from the caller: the ticket waits again, and an action answers it.
  case retry
  /// Refuse the request; the ticket is gone.
  case refused(Refusal)
}
