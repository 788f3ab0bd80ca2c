import Events
import Logging
import Timekeeping

/// How near the process is to its bound of memory, looked at once a second.
///
/// First what is idle goes, then nothing new is taken; what waits and what is under way goes on. The
/// shares are Envoy's (wire-and-security.md section 1).
final class Pressure {
  /// How near.
  enum Level: String {
    /// There is room.
    case none
    /// Connections are closed as soon as they are idle.
    case tight
    /// New requests are refused.
    case overloaded
  }

  /// Shares of the bound at which a level begins and, on the way back, ends, in percent.
  private static let tight = (from: 92, until: 90)
  private static let overloaded = (from: 95, until: 93)
  private static let pause: Duration = .seconds(1)
  /// Every how many looks the heap is trimmed: that takes milliseconds.
  private static let trimEvery = 5

  /// The resident bytes at which the process is full; nil for no bound.
  let bound: Int?
  private(set) var level = Level.none
  /// Closes what is idle.
  var relieve: () -> Void = {}
  private let loop: EventLoop
  private let logger: Logger
  private let memory = ProcessMemory()
  private var looks = 0
  private var timer: Timer?

  /// - Parameter bound: resident bytes; nil for what the control group allows.
  init(_ loop: EventLoop, bound: Int?, logger: Logger) {
    self.loop = loop
    self.bound = bound ?? ProcessMemory.groupBound
    self.logger = logger
    guard self.bound != nil else { return }
    timer = Timer(loop) { [unowned self] in look() }
    timer?.set(loop.now + Pressure.pause)
  }

  /// Resident bytes now.
  var resident: Int { memory.resident }

  /// Whether connections end as soon as they are idle.
  var isTight: Bool { level != .none }

  /// Whether new requests are refused.
  var isOverloaded: Bool { level == .overloaded }

  /// The level that follows `level` when `percent` of the bound is in use.
  static func level(after level: Level, at percent: Int) -> Level {
    if percent >= (level == .overloaded ? overloaded.until : overloaded.from) {
      return .overloaded
    }
    return percent >= (level == .none ? tight.from : tight.until) ? .tight : .none
  }

  private func look() {
    timer?.set(loop.now + Pressure.pause)
    guard let bound else { return }
    let used = memory.resident
    let next = Pressure.level(after: level, at: used / max(1, bound / 100))
    if next != level {
      level = next
      looks = 0
      logger.warning("\(text(used >> 20, of: bound >> 20))")
    }
    guard isTight else { return }
    relieve()
    if looks % Pressure.trimEvery == 0 { memory.trim() }
    looks += 1
  }

  private func text(_ used: Int, of bound: Int) -> String {
    let what =
      switch level {
      case .none: "there is room again"
      case .tight: "idle connections are closed"
      case .overloaded: "new requests are refused"
      }
    return "memory: \(used) of \(bound) MiB, \(what)"
  }
}
