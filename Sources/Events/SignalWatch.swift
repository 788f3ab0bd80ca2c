import CLibevent
import CSystem

/// Calls its handler on the loop's thread when the process gets a signal.
public final class SignalWatch {
  private let loop: EventLoop
  private let event: UnsafeMutablePointer<event>
  private let handler: () -> Void

  /// Watches for `signal` until released.
  public init(_ loop: EventLoop, _ signal: Int32, handler: @escaping () -> Void) {
    self.loop = loop
    self.handler = handler
    event = .allocate(capacity: 1)
    event_assign(
      event, loop.base, signal, Int16(EV_SIGNAL | EV_PERSIST),
      { _, _, context in
        guard let context else { return }
        let watch = Unmanaged<SignalWatch>.fromOpaque(context).takeUnretainedValue()
        watch.handler()
      }, Unmanaged.passUnretained(self).toOpaque())
    event_add(event, nil)
  }

  deinit {
    event_del(event)
    event.deallocate()
  }
}
