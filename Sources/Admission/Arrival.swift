/// What became of a request at its arrival.
public enum Arrival: Sendable {
  /// It may be sent at once.
  case granted(Grant)
  /// It waits; an action answers it.
  case waiting(TicketID)
  /// It is not sent, and cost nothing.
  case refused(Refusal)
}
