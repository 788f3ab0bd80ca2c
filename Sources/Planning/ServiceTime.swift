import Seeding
import Timekeeping

/// How long answers take, from the grant to their end.
public enum ServiceTime: Hashable, Sendable {
  /// Always so long.
  case constant(Duration)
  /// Anything between two spans, all equally likely.
  case uniform(from: Duration, to: Duration)
  /// Lognormal: half of the answers take at most `median`, 99 of 100 at most `p99`.
  case lognormal(median: Duration, p99: Duration)

  /// What is taken where nothing is stated: 200 ms.
  public static let usual = ServiceTime.constant(.milliseconds(200))

  /// The longest an answer takes: a day.
  static let longest: Int64 = 86_400_000_000_000
  /// How many standard deviations above the mean 99 of 100 normal values lie.
  private static let normal99 = 2.326_347_874

  /// One answer's time in nanoseconds, at most a day.
  func draw(_ random: inout SplitMix64) -> Int64 {
    let time: Double
    switch self {
    case .constant(let span): return min(ServiceTime.longest, max(0, span.wholeNanoseconds))
    case .uniform(let from, let to):
      let low = Double(from.wholeNanoseconds)
      time = low + random.unit() * (Double(to.wholeNanoseconds) - low)
    case .lognormal(let median, let p99):
      let middle = Double(max(1, median.wholeNanoseconds))
      let spread = RealMath.logarithm(Double(max(1, p99.wholeNanoseconds)) / middle)
      time = middle * RealMath.exponential(spread / ServiceTime.normal99 * random.normal())
    }
    return Int64(max(0, min(time, Double(ServiceTime.longest))))
  }
}

extension SplitMix64 {
  /// A standard normal value, by the polar method (Marsaglia and Bray, 1964).
  mutating func normal() -> Double {
    while true {
      let x = 2 * unit() - 1
      let y = 2 * unit() - 1
      let square = x * x + y * y
      guard square > 0, square < 1 else { continue }
      return x * (-2 * RealMath.logarithm(square) / square).squareRoot()
    }
  }
}
