import Seeding
import Testing

/// The models of providers: what they take, and that they notice a client that is wrong.
@Suite struct UpstreamTests {
  /// Arrivals, and which of them the limiter takes.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var upstream: @Sendable () -> any Upstream
    var arrivals: [Int64]
    var taken: [Bool]

    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "sliding log",
      upstream: { SlidingLog(allow: 2, window: 100, countsRejected: false) },
      arrivals: [0, 10, 99, 100, 109, 110], taken: [true, true, false, true, false, true]),
    Case(
      name: "sliding log that counts what it rejects",
      upstream: { SlidingLog(allow: 2, window: 100, countsRejected: true) },
      arrivals: [0, 10, 99, 100, 109, 209], taken: [true, true, false, false, false, true]),
    Case(
      name: "bucket",
      upstream: { LeakyMeter(allow: 1, burst: 2, window: 100, countsRejected: false) },
      arrivals: [0, 0, 99, 100, 199, 200, 900, 900, 900],
      taken: [true, true, false, true, false, true, true, true, false]),
    Case(
      name: "aligned window",
      upstream: { AlignedWindow(allow: 2, window: 100, offset: 30, countsRejected: false) },
      arrivals: [0, 10, 29, 30, 31, 129, 130], taken: [true, true, false, true, true, false, true]),
    Case(
      name: "window from first hit",
      upstream: { FirstHitWindow(allow: 2, window: 100, countsRejected: false) },
      arrivals: [50, 60, 149, 150, 249, 250, 260, 270],
      taken: [true, true, false, true, true, true, true, false]),
    Case(
      name: "two counters",
      upstream: { TwoCounters(allow: 4, window: 100, offset: 0, countsRejected: false) },
      arrivals: [0, 0, 0, 0, 0, 149, 150, 151, 250],
      taken: [true, true, true, true, false, true, true, false, true]),
    Case(
      name: "days",
      upstream: { CivilDays(allow: 1, midnights: [100, 190], countsRejected: false) },
      arrivals: [0, 99, 100, 189], taken: [true, false, true, false]),
    Case(
      name: "in flight", upstream: { InFlight(allow: 2) },
      arrivals: [0, 1, 2], taken: [true, true, false]),
  ]

  @Test(arguments: cases)
  func `A limiter takes what it should, and no more`(one: Case) {
    var upstream = one.upstream()
    let taken = one.arrivals.map { upstream.accepts(at: $0) }
    #expect(taken == one.taken)
    #expect(upstream.evidence.last == one.arrivals.last)
  }

  @Test func `What has ended is not in flight any more`() {
    var upstream = InFlight(allow: 1)
    var taken = [upstream.accepts(at: 0)]
    upstream.ends(at: 5)
    taken += [upstream.accepts(at: 6), upstream.accepts(at: 7)]
    #expect(taken == [true, true, false])
  }

  @Test func `Paris has days of 23 and of 25 hours`() {
    let midnights = ProofRow.midnights.paris.prefix(400)
    let hours = zip(midnights, midnights.dropFirst()).map { ($1 - $0) / (3600 * ProofRow.second) }
    #expect(hours.count { $0 == 23 } == 1 && hours.count { $0 == 25 } >= 1)
    #expect(hours.allSatisfy { (23...25).contains($0) })
  }

  @Test(arguments: [false, true])
  func `A client that paces by the time of its sends is caught`(countsRejected: Bool) {
    var random = SplitMix64(seed: ProofScale.seed)
    let window = 60 * ProofRow.second
    var upstream = SlidingLog(allow: 6, window: window, countsRejected: countsRejected)
    let arrivals = (0..<2_000).map {
      Int64($0 / 6) * window + DelayModel.uniform.draw(&random).arrival
    }
    let rejected = arrivals.sorted().count { !upstream.accepts(at: $0) }
    #expect(rejected > (countsRejected ? 900 : 100))
  }
}
