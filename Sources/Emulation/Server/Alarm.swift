import Events
import Timekeeping

/// Waits of one connection that are exact, unlike `WaitPoint.expire`.
final class Alarm {
  private let loop: EventLoop
  private let point: WaitPoint
  private var timer: Timer?

  init(_ loop: EventLoop, at point: WaitPoint) {
    self.loop = loop
    self.point = point
    timer = Timer(loop) { [unowned self] in self.point.wake() }
  }

  /// Waits until `deadline`; whatever else wakes the point does not shorten it.
  func sleep(until deadline: Instant) async {
    guard loop.now < deadline else { return }
    point.expire(after: nil)
    while loop.now < deadline {
      timer?.set(deadline)
      await point.wait()
    }
  }
}
