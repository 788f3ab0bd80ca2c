import CLibevent
import Timekeeping

/// Calls its handler once at an instant, to the millisecond; can be set again and again.
public final class Timer {
  private let loop: EventLoop
  private let event: UnsafeMutablePointer<event>
  private let handler: () -> Void
  /// When it will fire; nil while it is not set.
  public private(set) var deadline: Instant?

  /// A timer that is not set yet.
  public init(_ loop: EventLoop, handler: @escaping () -> Void) {
    self.loop = loop
    self.handler = handler
    event = .allocate(capacity: 1)
    event_assign(
      event, loop.base, -1, 0,
      { _, _, context in
        guard let context else { return }
        let timer = Unmanaged<Timer>.fromOpaque(context).takeUnretainedValue()
        timer.loop.beginTurn()
        timer.deadline = nil
        timer.handler()
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    event_del(event)
    event.deallocate()
  }

  /// Sets the timer to `deadline`, or unsets it; an instant in the past fires at once.
  public func set(_ deadline: Instant?) {
    guard deadline != self.deadline else { return }
    self.deadline = deadline
    guard let deadline else {
      event_del(event)
      return
    }
    // Rounded up to the microsecond: a timer that fires early finds nothing due and spins.
    let span = max(0, deadline.nanoseconds(since: loop.now))
    let microseconds = min((span + 999) / 1000, 86_400_000_000)
    var timeout = timeval(
      tv_sec: Int(microseconds / 1_000_000), tv_usec: Int(microseconds % 1_000_000))
    event_add(event, &timeout)
  }
}
