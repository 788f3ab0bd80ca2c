import Statistics
import Testing
import Timekeeping

@Suite struct WaitHistogramTests {
  @Test func `Nothing recorded has no wait`() {
    #expect(WaitHistogram().percentile(99) == .zero)
  }

  @Test func `Percentiles are right to two digits`() {
    var histogram = WaitHistogram()
    for wait in 1...1000 { histogram.record(.milliseconds(wait)) }
    #expect(histogram.count == 1000)
    #expect((495...505).contains(histogram.percentile(50).wholeMilliseconds))
    #expect((985...1000).contains(histogram.percentile(99).wholeMilliseconds))
  }

  @Test func `Spans outside the range count at its ends`() {
    var histogram = WaitHistogram()
    histogram.record(.milliseconds(-5))
    histogram.record(.seconds(1_000_000))
    #expect(histogram.count == 2)
    #expect(histogram.percentile(1) == .zero)
    #expect(histogram.percentile(99) >= .seconds(42_000))
  }
}
