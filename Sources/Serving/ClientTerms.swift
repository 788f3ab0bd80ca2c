import HTTPWire
import Timekeeping

extension ServerConnection {
  /// How large what a client sends may be, and how long it may take.
  public final class Terms: Sendable {
    /// The largest head.
    public let head: HeadLimits
    /// The most that surrounds a body's data.
    public let body: BodyLimits
    /// How long the client may take.
    public let patience: Patience

    /// Terms as given.
    public init(head: HeadLimits, body: BodyLimits, patience: Patience) {
      self.head = head
      self.body = body
      self.patience = patience
    }
  }

  /// How long a client may take.
  public struct Patience: Sendable {
    /// From a request's first byte, or from the connect, to the end of its head.
    public let head: Duration
    /// Between two requests.
    public let idle: Duration
    /// Between two pieces of a body.
    public let body: Duration
    /// For all pieces of a body together, as far as they were waited for.
    public let wholeBody: Duration
    /// Between two pieces of an answer the client is willing to read.
    public let write: Duration

    /// Times as given.
    public init(
      head: Duration, idle: Duration, body: Duration, wholeBody: Duration, write: Duration
    ) {
      self.head = head
      self.idle = idle
      self.body = body
      self.wholeBody = wholeBody
      self.write = write
    }
  }
}
