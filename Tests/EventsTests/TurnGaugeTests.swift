import Testing
import Timekeeping

@testable import Events

@Suite struct TurnGaugeTests {
  private func at(_ milliseconds: Int) -> Instant {
    Instant(nanoseconds: Int64(milliseconds) * 1_000_000)
  }

  @Test func `the longest turn is told for at least a minute and for two at most`() {
    var gauge = TurnGauge()
    #expect(gauge.longest == .zero)
    gauge.count(from: at(0), to: at(30))
    gauge.count(from: at(40), to: at(45))
    #expect(gauge.longest == .milliseconds(30))
    gauge.count(from: at(59_000), to: at(59_001))
    #expect(gauge.longest == .milliseconds(30))
    gauge.count(from: at(61_000), to: at(61_002))
    #expect(gauge.longest == .milliseconds(30))
    gauge.count(from: at(122_000), to: at(122_001))
    #expect(gauge.longest == .milliseconds(2))
  }

  @Test func `what is long ago is forgotten at once`() {
    var gauge = TurnGauge()
    gauge.count(from: at(0), to: at(30))
    gauge.count(from: at(500_000), to: at(500_001))
    #expect(gauge.longest == .milliseconds(1))
  }
}
