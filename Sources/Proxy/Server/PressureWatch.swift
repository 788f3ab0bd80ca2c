import Events
import Logging
import Timekeeping

/// Looks at the process's memory once a second, and does something about it.
final class PressureWatch {
  private static let pause: Duration = .seconds(1)
  /// Every how many looks the heap is trimmed: that takes milliseconds.
  private static let trimEvery = 5

  private let pressure: Pressure
  private let loop: EventLoop
  private let logger: Logger
  /// Closes what is idle.
  private let relieve: () -> Void
  private var looks = 0
  private var timer: Timer?

  /// A watch that calls `relieve` at each look while memory is tight; none without a bound.
  init(_ pressure: Pressure, on loop: EventLoop, logger: Logger, relieve: @escaping () -> Void) {
    self.pressure = pressure
    self.loop = loop
    self.logger = logger
    self.relieve = relieve
    guard let bound = pressure.bound else { return }
    timer = Timer(loop) { [unowned self] in look(bound) }
    timer?.set(loop.now + PressureWatch.pause)
  }

  private func look(_ bound: Int) {
    timer?.set(loop.now + PressureWatch.pause)
    let (used, isNews) = pressure.look(bound: bound)
    if isNews {
      looks = 0
      logger.warning("\(text(used >> 20, of: bound >> 20))")
    }
    guard pressure.isTight else { return }
    relieve()
    if looks % PressureWatch.trimEvery == 0 { pressure.trim() }
    looks += 1
  }

  private func text(_ used: Int, of bound: Int) -> String {
    let what =
      switch pressure.level {
      case .none: "there is room again"
      case .tight: "idle connections are closed"
      case .overloaded: "new requests are refused"
      }
    return "memory: \(used) of \(bound) MiB, \(what)"
  }
}
