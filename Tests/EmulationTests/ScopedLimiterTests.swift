import Emulation
import Limits
import Testing
import Timekeeping

@Suite struct ScopedLimiterTests {
  static let fresh = ServerWindow(rate: Rate(allow: 1, per: .seconds(10)))

  @Test func scopesDoNotTouchEachOther() {
    var limiter = ScopedLimiter(Self.fresh)
    let now = Instant(nanoseconds: 0)
    #expect(limiter.arrive(in: "a", at: now).isAccepted)
    #expect(!limiter.arrive(in: "a", at: now).isAccepted)
    #expect(limiter.arrive(in: "b", at: now).isAccepted)
  }

  @Test func forgettingNeverRefillsALimiterThatStillCounts() {
    var limiter = ScopedLimiter(Self.fresh, capacity: 3)
    func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }
    #expect(limiter.arrive(in: "a", at: at(0)).isAccepted)
    #expect(limiter.arrive(in: "b", at: at(5)).isAccepted)
    #expect(limiter.arrive(in: "c", at: at(5)).isAccepted)
    // Full and nothing idle: newcomers share one limiter, which is no laxer than their own.
    #expect(limiter.arrive(in: "d", at: at(6)).isAccepted)
    #expect(!limiter.arrive(in: "e", at: at(6)).isAccepted)
    #expect(limiter.count == 3)
    // At 10 s only "a" is idle and makes room; the others still count.
    #expect(limiter.arrive(in: "f", at: at(10)).isAccepted)
    #expect(limiter.count == 3)
    #expect(!limiter.arrive(in: "b", at: at(10)).isAccepted)
    #expect(!limiter.arrive(in: "c", at: at(10)).isAccepted)
  }

  @Test func theNumberOfScopesIsBounded() {
    var limiter = ScopedLimiter(Self.fresh, capacity: 100)
    for index in 0..<10_000 {
      _ = limiter.arrive(in: "scope \(index)", at: Instant(nanoseconds: Int64(index) * 1_000_000))
      #expect(limiter.count <= 100)
    }
  }
}
