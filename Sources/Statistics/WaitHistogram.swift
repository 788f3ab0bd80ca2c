import Histogram
import Timekeeping

/// How long things took, as a distribution: to two significant digits, from 1 ms.
public struct WaitHistogram: Sendable {
  private let most: UInt64
  private var histogram: Histogram<UInt32>

  /// A distribution of nothing, of spans up to `longest`.
  public init(longest: Duration = .seconds(43_200)) {
    most = UInt64(max(2, longest.wholeMilliseconds))
    histogram = Histogram(highestTrackableValue: most, numberOfSignificantValueDigits: .two)
  }

  /// How many spans were recorded.
  public var count: UInt64 { histogram.totalCount }

  /// Records one span; shorter than zero counts as zero, longer than the longest as that.
  public mutating func record(_ span: Duration) { record(nanoseconds: span.wholeNanoseconds) }

  /// Records one span of so many nanoseconds, in the same way.
  public mutating func record(nanoseconds: Int64) {
    histogram.record(min(UInt64(max(0, nanoseconds)) / 1_000_000, most))
  }

  /// The span that so many percent of the recorded ones do not exceed; zero when there are none.
  public func percentile(_ percent: Double) -> Duration {
    guard histogram.totalCount > 0 else { return .zero }
    return .milliseconds(Int64(histogram.valueAtPercentile(percent)))
  }
}
