import CLibevent

/// What the loop hears of one descriptor: the base of sockets and watches.
///
/// It is registered once, for its whole life: an exchange costs no `epoll_ctl`.
public class EventSource {
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

  let loop: EventLoop
  private var event: UnsafeMutablePointer<event>?

  init(_ loop: EventLoop, _ descriptor: Int32, _ interest: Interest) {
    self.loop = loop
    let event = UnsafeMutablePointer<event>.allocate(capacity: 1)
    self.event = event
    event_assign(
      event, loop.base, descriptor, interest.rawValue | Int16(EV_PERSIST),
      { _, what, context in
        guard let context else { return }
        let source = Unmanaged<EventSource>.fromOpaque(context).takeUnretainedValue()
        source.loop.beginTurn()
        source.changed(Interest(rawValue: what))
      }, Unmanaged.passUnretained(self).toOpaque())
    event_add(event, nil)
  }

  deinit { cancel() }

  /// Some of what was waited for has happened.
  func changed(_ what: Interest) {}

  /// Ends the watch; do so before the descriptor is closed.
  public final func cancel() {
    guard let event else { return }
    self.event = nil
    event_del(event)
    event.deallocate()
  }
}
