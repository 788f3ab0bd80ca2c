import CLibevent

/// Calls its handler whenever a descriptor becomes ready.
///
/// `.edge` reports every change of readiness once, including the peer's close, and stays
/// registered as it is for the descriptor's life: an exchange then costs no `epoll_ctl` at all.
public final class Watch {
  /// What to wait for.
  public struct Interest: OptionSet, Sendable {
    /// A bit for each condition.
    public let rawValue: Int16
    /// The conditions with these bits.
    public init(rawValue: Int16) { self.rawValue = rawValue }
    /// Bytes or an end can be read.
    public static let read = Interest(rawValue: Int16(EV_READ))
    /// Bytes can be written.
    public static let write = Interest(rawValue: Int16(EV_WRITE))
    /// The peer has closed its side.
    public static let closed = Interest(rawValue: Int16(EV_CLOSED))
    /// Every change of the three, once each.
    public static let edge = Interest(
      rawValue: Int16(EV_READ | EV_WRITE | EV_CLOSED) | Int16(EV_ET))
  }

  private let loop: EventLoop
  private let event: UnsafeMutablePointer<event>
  private let handler: (Interest) -> Void
  private var isActive = true

  /// Watches `descriptor` until `cancel`; the handler runs on the loop's thread.
  public init(
    _ loop: EventLoop, _ descriptor: Int32, _ interest: Interest,
    handler: @escaping (Interest) -> Void
  ) {
    self.loop = loop
    self.handler = handler
    event = .allocate(capacity: 1)
    event_assign(
      event, loop.base, descriptor, interest.rawValue | Int16(EV_PERSIST),
      { _, what, context in
        guard let context else { return }
        let watch = Unmanaged<Watch>.fromOpaque(context).takeUnretainedValue()
        watch.loop.beginTurn()
        watch.handler(Interest(rawValue: what))
      }, Unmanaged.passUnretained(self).toOpaque())
    event_add(event, nil)
  }

  deinit {
    cancel()
    event.deallocate()
  }

  /// Ends the watch; do so before the descriptor is closed.
  public func cancel() {
    guard isActive else { return }
    isActive = false
    event_del(event)
  }
}
