/// Leave to send one request, holding slots in every bucket that counts it.
public struct Grant: Hashable, Sendable {
  /// The ticket that holds the slots.
  public let ticket: TicketID
  /// Index into the API's keys; nil when callers bring their own, or the API takes none.
  public let key: Int?
  /// Which attempt this is, from 1.
  public let attempt: Int
  /// How long the ticket has queued so far, over all attempts.
  public let waited: Duration

  /// A grant with these parts.
  public init(ticket: TicketID, key: Int?, attempt: Int, waited: Duration) {
    self.ticket = ticket
    self.key = key
    self.attempt = attempt
    self.waited = waited
  }
}
