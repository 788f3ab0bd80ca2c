import Limits
import Seeding
import Testing
import Timekeeping

@testable import Planning

/// Arrivals and service times: exact where they are stated, right on average where they are drawn.
@Suite struct ArrivalTests {
  private func times(
    _ arrivals: Arrivals, until end: Int64 = .max, seed: UInt64 = 1, most: Int = 100_000
  ) -> [Int64] {
    var stream = ArrivalStream(arrivals, until: end, seed: seed)
    var times: [Int64] = []
    while times.count < most, let time = stream.next() { times.append(time) }
    return times
  }

  @Test func `An even rate has no drift`() {
    let rate = Rate(allow: 7, per: .seconds(1))
    let found = times(Arrivals(.even(rate), from: .seconds(2), count: 70_001))
    #expect(found.first == 2_000_000_000 && found.last == 10_002_000_000_000)
    #expect(zip(found, found.dropFirst()).allSatisfy { (142_857_141...142_857_144) ~= $1 - $0 })
  }

  private static let patterns: [(Arrivals, Int64, [Int64])] = [
    (Arrivals(.burst(3), from: .seconds(5)), Int64.max, [5, 5, 5]),
    (Arrivals(.burst(3), from: .seconds(5)), 5_000_000_000, []),
    (Arrivals(.burst(9), count: 2), Int64.max, [0, 0]),
    (Arrivals(.times([.zero, .seconds(1), .seconds(9)]), until: .seconds(9)), .max, [0, 1]),
    (Arrivals(.even(Rate(allow: 1, per: .seconds(2))), until: .seconds(5)), .max, [0, 2, 4]),
    (Arrivals(.times([.seconds(1)]), from: .nanoseconds(Int64.max)), .max, []),
  ]

  @Test(arguments: patterns)
  func `Patterns begin and end as stated`(arrivals: Arrivals, end: Int64, seconds: [Int64]) {
    #expect(times(arrivals, until: end).map { $0 / 1_000_000_000 } == seconds)
  }

  @Test(arguments: [1, 7, 2026] as [UInt64])
  func `Random arrivals have their mean and no memory`(seed: UInt64) {
    let rate = Rate(allow: 100, per: .seconds(1))
    let found = times(Arrivals(.poisson(rate), count: 50_000), seed: seed)
    let gaps = zip(found, found.dropFirst()).map { Double($1 - $0) / 1e7 }
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
    #expect(abs(mean - 1) < 0.03 && abs(variance - 1) < 0.08, "seed \(seed)")
  }

  @Test(arguments: [1, 7, 2026] as [UInt64])
  func `Lognormal answers have their median and 99th percentile`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let kind = ServiceTime.lognormal(median: .milliseconds(300), p99: .seconds(3))
    let drawn = (0..<40_000).map { _ in kind.draw(&random) }.sorted()
    #expect(abs(Double(drawn[20_000]) / 3e8 - 1) < 0.05, "seed \(seed)")
    #expect(abs(Double(drawn[39_600]) / 3e9 - 1) < 0.12, "seed \(seed)")
  }

  @Test func `Uniform answers stay between their bounds, constant ones below a day`() {
    var random = SplitMix64(seed: 4)
    let kind = ServiceTime.uniform(from: .milliseconds(10), to: .milliseconds(20))
    let drawn = (0..<1_000).map { _ in kind.draw(&random) }
    #expect(drawn.allSatisfy { (10_000_000...20_000_000) ~= $0 })
    #expect((drawn.min() ?? 0) < 10_200_000 && (drawn.max() ?? 0) > 19_800_000)
    #expect(ServiceTime.constant(.seconds(1 << 40)).draw(&random) == 86_400_000_000_000)
  }

  @Test(arguments: [
    (1.0, 0.0), (2.0, 0.693_147_180_559_945_3), (10, 2.302_585_092_994_046),
    (1e-300, -690.775_527_898_213_7), (1e300, 690.775_527_898_213_7),
    (0.999_999, -1.000_000_500_000_333e-6),
  ])
  func `The logarithm and the exponential undo each other`(x: Double, logarithm: Double) {
    #expect(abs(RealMath.logarithm(x) - logarithm) <= 1e-13 * max(1, abs(logarithm)))
    #expect(abs(RealMath.exponential(logarithm) / x - 1) < 1e-12)
  }
}
