import Limits
import Timekeeping

/// By what the use of a limit is measured.
enum UseMeasure: Hashable {
  /// Units in any span of this many nanoseconds.
  case window(allow: Int, per: Int64)
  /// Tokens out of a bucket that refills.
  case bucket(burst: Int, allow: Int, per: Int64)
  /// Requests under way.
  case concurrency(allow: Int)
  /// Units in a civil day of the zone.
  case day(allow: Int, zone: Zone)
  /// Nothing: it counts no units.
  case nothing

  init(_ kind: LimitKind) {
    switch kind {
    case .tokenBucket(let rate, let burst, _):
      self = .bucket(
        burst: max(1, burst), allow: rate.allow, per: max(1, rate.per.wholeNanoseconds))
    case .slidingWindow(let rate), .fixedWindow(let rate, _), .twoCounterWindow(let rate, _),
      .unknown(let rate), .learned(let rate):
      self = .window(allow: rate.allow, per: max(1, rate.per.wholeNanoseconds))
    case .spacing(let every, _, _):
      self = .window(allow: 1, per: max(1, every.wholeNanoseconds))
    case .concurrency(let allow, _): self = .concurrency(allow: max(1, allow))
    case .calendar(let allow, let zone): self = .day(allow: max(1, allow), zone: zone)
    case .hours: self = .nothing
    }
  }

  /// The part that was used of the most its buckets allow in the plan's span.
  ///
  /// - Parameters:
  ///   - units: units taken from all its buckets; for concurrency the nanoseconds under way.
  ///   - buckets: how many buckets there were.
  ///   - elapsed: the plan's span in nanoseconds.
  ///   - days: how many days of UTC it touched.
  func mean(units: Double, buckets: Int, elapsed: Int64, days: Int) -> Double {
    let count = Double(max(1, buckets))
    switch self {
    case .window(let allow, let per):
      return units / (Double(allow) * (Double(elapsed) / Double(per) + 1) * count)
    case .bucket(let burst, let allow, let per):
      return units / ((Double(burst) + Double(allow) * Double(elapsed) / Double(per)) * count)
    case .concurrency(let allow):
      return units / (Double(allow) * Double(max(1, elapsed)) * count)
    case .nothing: return 0
    case .day(let allow, _): return units / (Double(allow) * Double(max(1, days)) * count)
    }
  }
}
