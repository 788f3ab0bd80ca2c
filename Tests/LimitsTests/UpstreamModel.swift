import Limits
import Seeding
import Timekeeping

/// What the provider does, exactly, at the instant a request arrives.
struct UpstreamModel {
  private let rate: Rate
  private let burst: Int?
  private let countsRejected: Bool
  private var log: [Int64] = []
  private var first = 0
  /// Level of the bucket in units of 1/allow nanoseconds: exact.
  private var level: Int64
  private var filled: Int64 = 0

  init(_ kind: LimitKind, countsRejected: Bool) {
    self.countsRejected = countsRejected
    switch kind {
    case .tokenBucket(let rate, let burst):
      self.rate = rate
      self.burst = burst
      level = Int64(burst) * rate.per.wholeNanoseconds
    case .slidingWindow(let rate):
      self.rate = rate
      burst = nil
      level = 0
    default: fatalError("no model of \(kind.word)")
    }
  }

  mutating func accepts(at time: Int64) -> Bool {
    let window = rate.per.wholeNanoseconds
    if let burst {
      level = min(Int64(burst) * window, level + (time - filled) * Int64(rate.allow))
      filled = time
      guard level >= window else { return false }
      level -= window
      return true
    }
    while first < log.count, log[first] <= time - window { first += 1 }
    if first > 4096 {
      log.removeFirst(first)
      first = 0
    }
    let isAllowed = log.count - first < rate.allow
    if isAllowed || countsRejected { log.append(time) }
    return isAllowed
  }
}

/// How long requests and answers travel.
enum Delays: String, CaseIterable, Sendable {
  case uniform, lognormal, spikes, reordering, lost

  /// One way, in nanoseconds.
  func draw(_ random: inout SplitMix64) -> Int64 {
    switch self {
    case .uniform, .lost: return 25_000_000 + Int64(random.unit() * 75_000_000)
    case .lognormal:
      // A sum of uniforms is close enough to a normal, and needs no logarithm.
      var normal = -6.0
      for _ in 0..<12 { normal += random.unit() }
      var factor = 1.0
      var power = 1.0
      for term in 1...12 {
        power *= normal * 0.6 / Double(term)
        factor += power
      }
      return Int64(40_000_000 * max(0.05, factor))
    case .spikes:
      return random.unit() < 0.01 ? 5_000_000_000 : 25_000_000 + Int64(random.unit() * 75_000_000)
    case .reordering: return 1_000_000 + Int64(random.unit() * 900_000_000)
    }
  }
}

/// A binary heap of (time, what) for the simulations: small and quick in debug builds.
struct EventHeap {
  private var items: [(time: Int64, what: Int)] = []

  var isEmpty: Bool { items.isEmpty }
  var nextTime: Int64 { items.isEmpty ? .max : items[0].time }

  mutating func push(_ time: Int64, _ what: Int) {
    var at = items.count
    items.append((time, what))
    while at > 0 {
      let parent = (at - 1) / 2
      guard items[at].time < items[parent].time else { return }
      items.swapAt(at, parent)
      at = parent
    }
  }

  mutating func pop() -> (time: Int64, what: Int) {
    let top = items[0]
    items[0] = items[items.count - 1]
    items.removeLast()
    var at = 0
    while true {
      var least = at
      for child in [2 * at + 1, 2 * at + 2] where child < items.count {
        if items[child].time < items[least].time { least = child }
      }
      if least == at { return top }
      items.swapAt(at, least)
      at = least
    }
  }
}
