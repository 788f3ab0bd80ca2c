import Timekeeping

/// Calls its handler once at an instant, never early; can be set again and again.
public final class Timer {
  private let queue: TimerQueue
  private let handler: () -> Void
  /// When it will fire; nil while it is not set.
  public private(set) var deadline: Instant?
  /// Where the queue keeps it; -1 while it does not.
  var place = -1
  /// What the queue orders it by.
  var due = Instant.distantFuture

  /// A timer that is not set yet.
  public init(_ loop: EventLoop, handler: @escaping () -> Void) {
    queue = loop.timers
    self.handler = handler
  }

  deinit { queue.remove(self) }

  /// Sets the timer to `deadline`, or unsets it; an instant in the past fires at once.
  public func set(_ deadline: Instant?) {
    guard deadline != self.deadline else { return }
    self.deadline = deadline
    if let deadline {
      queue.insert(self, at: deadline)
    } else {
      queue.remove(self)
    }
  }

  func fire() {
    deadline = nil
    handler()
  }
}
