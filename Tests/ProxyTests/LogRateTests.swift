import Testing
import Timekeeping

@testable import Proxy

@Suite struct LogRateTests {
  @Test func `ten lines a second are written, and the rest is counted`() {
    var rate = LogRate()
    var told: [Int] = []
    var written = 0
    for step in 0..<3_000 {
      let now = Instant(nanoseconds: Int64(step) * 1_000_000)
      if rate.admits(at: now, tell: { told.append($0) }) { written += 1 }
    }
    #expect(written == 30)
    #expect(told == [990, 990])
  }
}
