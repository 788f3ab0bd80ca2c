import Limits
import Timekeeping

/// What the provider does, exactly, at the instant a request arrives.
struct UpstreamModel {
  private enum Rule {
    case bucket(Rate, burst: Int)
    case log(Rate)
    /// Windows from multiples of the span, by a clock that is `skew` ahead of ours.
    case aligned(Rate, skew: Int64)
    case firstHit(Rate)
    case twoCounters(Rate, skew: Int64)
    case distance(Int64)
  }

  private let rule: Rule
  private let countsRejected: Bool
  private var log: [Int64] = []
  private var first = 0
  /// Level of the bucket in units of 1/allow nanoseconds: exact.
  private var level: Int64 = 0
  private var filled: Int64 = 0
  private var window = Int64.min
  private var count = 0
  private var countBefore = 0

  /// The provider for which `kind` is the right rule; `skew` is its clock's error, or alignment.
  init(_ kind: LimitKind, countsRejected: Bool, skew: Int64 = 0) {
    self.countsRejected = countsRejected
    switch kind {
    case .tokenBucket(let rate, let burst, _):
      rule = .bucket(rate, burst: burst)
      level = Int64(burst) * rate.per.wholeNanoseconds
    case .slidingWindow(let rate), .unknown(let rate): rule = .log(rate)
    case .fixedWindow(let rate, .firstRequest): rule = .firstHit(rate)
    case .fixedWindow(let rate, .anywhere): rule = .aligned(rate, skew: skew)
    case .fixedWindow(let rate, .aligned(let offset, _)):
      rule = .aligned(rate, skew: skew - offset.wholeNanoseconds)
    case .twoCounterWindow(let rate, _): rule = .twoCounters(rate, skew: skew)
    case .spacing(let every, _, _): rule = .distance(every.wholeNanoseconds)
    default: fatalError("no model of \(kind.word)")
    }
  }

  mutating func accepts(at time: Int64) -> Bool {
    switch rule {
    case .bucket(let rate, let burst): return takesToken(at: time, rate, burst)
    case .log(let rate): return isLogged(at: time, rate)
    case .aligned(let rate, let skew):
      return counts(in: floorDivide(time + skew, rate.per.wholeNanoseconds), rate)
    case .firstHit(let rate):
      if window == .min || time - window >= rate.per.wholeNanoseconds {
        window = time
        count = 0
      }
      return counts(in: window, rate)
    case .twoCounters(let rate, let skew): return isEstimated(at: time + skew, rate)
    case .distance(let span):
      let isAllowed = log.last.map { time - $0 >= span } ?? true
      if isAllowed || countsRejected { log = [time] }
      return isAllowed
    }
  }

  /// Units it would accept at this instant, as its headers state them.
  func remaining(at time: Int64) -> Int {
    switch rule {
    case .bucket(let rate, let burst):
      let span = rate.per.wholeNanoseconds
      return Int(min(Int64(burst) * span, level + (time - filled) * Int64(rate.allow)) / span)
    case .log(let rate):
      return rate.allow - log[first...].count { $0 > time - rate.per.wholeNanoseconds }
    case .aligned(let rate, let skew):
      let isCurrent = window == floorDivide(time + skew, rate.per.wholeNanoseconds)
      return isCurrent ? rate.allow - count : rate.allow
    case .firstHit(let rate):
      let isOver = window == .min || time - window >= rate.per.wholeNanoseconds
      return isOver ? rate.allow : rate.allow - count
    case .twoCounters, .distance: return 0
    }
  }

  private mutating func takesToken(at time: Int64, _ rate: Rate, _ burst: Int) -> Bool {
    let span = rate.per.wholeNanoseconds
    level = min(Int64(burst) * span, level + (time - filled) * Int64(rate.allow))
    filled = time
    guard level >= span else { return false }
    level -= span
    return true
  }

  private mutating func isLogged(at time: Int64, _ rate: Rate) -> Bool {
    let span = rate.per.wholeNanoseconds
    while first < log.count, log[first] <= time - span { first += 1 }
    if first > 4096 {
      log.removeFirst(first)
      first = 0
    }
    let isAllowed = log.count - first < rate.allow
    if isAllowed || countsRejected { log.append(time) }
    return isAllowed
  }

  private mutating func counts(in index: Int64, _ rate: Rate) -> Bool {
    if index != window {
      window = index
      count = 0
    }
    let isAllowed = count < rate.allow
    if isAllowed || countsRejected { count += 1 }
    return isAllowed
  }

  private mutating func isEstimated(at time: Int64, _ rate: Rate) -> Bool {
    let span = rate.per.wholeNanoseconds
    let index = floorDivide(time, span)
    if index != window {
      countBefore = index == window + 1 ? count : 0
      window = index
      count = 0
    }
    let rest = Double(span - (time - index * span)) / Double(span)
    let isAllowed = Double(count + 1) + Double(countBefore) * rest <= Double(rate.allow)
    if isAllowed || countsRejected { count += 1 }
    return isAllowed
  }

  private func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
    value >= 0 ? value / by : (value - by + 1) / by
  }
}
