/// What the engine decided about a ticket that waited.
public enum Action: Sendable {
  /// It may be sent now.
  case grant(Grant)
  /// It is not sent; the ticket is gone.
  case refuse(TicketID, Refusal)
  /// Something for the log.
  case notice(Notice)
}
