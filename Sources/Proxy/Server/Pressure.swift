import Synchronization

/// How near the process is to its bound of memory; any thread may ask.
///
/// First what is idle goes, then nothing new is taken; what waits and what is under way goes on. The
/// shares are Envoy's (wire-and-security.md section 1).
final class Pressure: Sendable {
  /// How near.
  enum Level: UInt8, AtomicRepresentable {
    /// There is room.
    case none
    /// Connections are closed as soon as they are idle.
    case tight
    /// New requests are refused.
    case overloaded

    /// The level as `/stats` shows it.
    var word: String { "\(self)" }
  }

  /// Shares of the bound at which a level begins and, on the way back, ends, in percent.
  private static let tight = (from: 92, until: 90)
  private static let overloaded = (from: 95, until: 93)

  /// The resident bytes at which the process is full; nil for no bound.
  let bound: Int?
  private let current = Atomic(Level.none)
  private let memory = ProcessMemory()

  /// - Parameter bound: resident bytes; nil for what the control group allows.
  init(bound: Int?) { self.bound = bound ?? ProcessMemory.groupBound }

  /// The level at the last look.
  var level: Level { current.load(ordering: .relaxed) }

  /// Resident bytes now.
  var resident: Int { memory.resident }

  /// Whether connections end as soon as they are idle.
  var isTight: Bool { level != .none }

  /// Whether new requests are refused.
  var isOverloaded: Bool { level == .overloaded }

  /// Looks: the resident bytes, and whether the level is another now.
  func look(bound: Int) -> (used: Int, isNews: Bool) {
    let used = memory.resident
    let next = Pressure.level(after: level, at: used / max(1, bound / 100))
    return (used, current.exchange(next, ordering: .relaxed) != next)
  }

  /// Gives what is free of the heap back to the system.
  func trim() { memory.trim() }

  /// The level that follows `level` when `percent` of the bound is in use.
  static func level(after level: Level, at percent: Int) -> Level {
    if percent >= (level == .overloaded ? overloaded.until : overloaded.from) {
      return .overloaded
    }
    return percent >= (level == .none ? tight.from : tight.until) ? .tight : .none
  }
}
