import Limits
import Seeding
import Timekeeping

/// The arrivals of one part, made one at a time, each when it is asked for.
struct ArrivalStream {
  private let arrivals: Arrivals
  private let end: Int64
  private let most: Int
  private var random: SplitMix64
  private var latest: Int64
  /// Arrivals so far.
  private(set) var number = 0

  /// - Parameter end: when the plan's arrivals end, in nanoseconds from its start.
  init(_ arrivals: Arrivals, until end: Int64, seed: UInt64) {
    self.arrivals = arrivals
    self.end = min(end, arrivals.until?.wholeNanoseconds ?? .max)
    most = arrivals.count ?? .max
    random = SplitMix64(seed: seed)
    latest = arrivals.from.wholeNanoseconds
  }

  /// The next arrival, in nanoseconds from the plan's start; nil when there are no more.
  mutating func next() -> Int64? {
    guard number < most, let time = time(), time < end else { return nil }
    number += 1
    latest = time
    return time
  }

  private mutating func time() -> Int64? {
    let from = arrivals.from.wholeNanoseconds
    switch arrivals.pattern {
    case .even(let rate):
      let (spans, rest) = number.quotientAndRemainder(dividingBy: rate.allow)
      let per = Double(rate.per.wholeNanoseconds)
      let offset = Double(rest) / Double(rate.allow) * per
      let whole = Int64(spans).multipliedReportingOverflow(by: rate.per.wholeNanoseconds)
      guard !whole.overflow else { return nil }
      return from.clampedAdding(whole.partialValue).clampedAdding(Int64(offset))
    case .poisson(let rate):
      let mean = Double(rate.per.wholeNanoseconds) / Double(rate.allow)
      let gap = -mean * RealMath.logarithm(1 - random.unit())
      return latest.clampedAdding(Int64(min(gap, 9e18)))
    case .burst(let count): return number < count ? from : nil
    case .times(let times):
      guard number < times.count else { return nil }
      return from.clampedAdding(times[number].wholeNanoseconds)
    }
  }
}
