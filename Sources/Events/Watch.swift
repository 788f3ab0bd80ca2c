/// Calls its handler whenever a descriptor becomes ready.
///
/// `.edge` reports every change of readiness once, including the peer's close.
public final class Watch: EventSource {
  private let handler: (Interest) -> Void

  /// Watches `descriptor` until `cancel`; the handler runs on the loop's thread.
  public init(
    _ loop: EventLoop, _ descriptor: Int32, _ interest: Interest,
    handler: @escaping (Interest) -> Void
  ) {
    self.handler = handler
    super.init(loop, descriptor, interest)
  }

  override func changed(_ what: Interest) { handler(what) }
}
