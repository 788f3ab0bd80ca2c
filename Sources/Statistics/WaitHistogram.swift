import Histogram
import Timekeeping

/// How long things took, as a distribution: to two significant digits, from 1 ms to 12 hours.
public struct WaitHistogram: Sendable {
  private static let most: UInt64 = 43_200_000
  private var histogram = Histogram<UInt32>(
    highestTrackableValue: WaitHistogram.most, numberOfSignificantValueDigits: .two)

  /// A distribution of nothing.
  public init() {}

  /// How many spans were recorded.
  public var count: UInt64 { histogram.totalCount }

  /// Records one span; shorter than zero counts as zero, longer than 12 hours as 12 hours.
  public mutating func record(_ span: Duration) {
    let milliseconds = UInt64(max(0, span.wholeMilliseconds))
    histogram.record(min(milliseconds, WaitHistogram.most))
  }

  /// The span that so many percent of the recorded ones do not exceed; zero when there are none.
  public func percentile(_ percent: Double) -> Duration {
    guard histogram.totalCount > 0 else { return .zero }
    return .milliseconds(Int64(histogram.valueAtPercentile(percent)))
  }
}
