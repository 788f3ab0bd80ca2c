import Limits
import Seeding
import Testing
import Timekeeping

@Suite struct NeverExceededTests {
  static func per(_ allow: Int, seconds: Int) -> Rate {
    Rate(allow: allow, per: .seconds(seconds))
  }

  /// Every row of limits-science.md 3.4 that limits a rate, as right for these delays.
  static func kinds(_ delays: Delays) -> [LimitKind] {
    [
      .tokenBucket(rate: perMinute(120), burst: 120),
      .tokenBucket(rate: per(50, seconds: 1), burst: 5, spread: delays.spread),
      .tokenBucket(rate: per(4, seconds: 1), burst: 1),
      .slidingWindow(rate: per(50, seconds: 1)), .slidingWindow(rate: per(50, seconds: 5)),
      .slidingWindow(rate: perMinute(600)), .slidingWindow(rate: perMinute(6)),
      .fixedWindow(rate: per(40, seconds: 10), start: .anywhere),
      .fixedWindow(
        rate: per(40, seconds: 10),
        start: .aligned(offset: .zero, delta: .milliseconds(500))),
      .fixedWindow(
        rate: per(5, seconds: 1),
        start: .aligned(offset: .milliseconds(300), delta: .milliseconds(100))),
      .fixedWindow(rate: per(40, seconds: 10), start: .firstRequest),
      .fixedWindow(rate: per(5, seconds: 1), start: .firstRequest),
      .fixedWindow(rate: per(2, seconds: 1), start: .firstRequest),
      .twoCounterWindow(rate: perMinute(100), spread: delays.spread),
      .twoCounterWindow(rate: per(2, seconds: 2), spread: delays.spread),
      .twoCounterWindow(rate: per(1, seconds: 2), spread: delays.spread),
      .spacing(every: .seconds(2)), .spacing(every: .seconds(2), jitter: 20),
      .spacing(every: .milliseconds(200), spread: delays.spread),
      .unknown(rate: perMinute(100)),
    ]
  }

  static func skews(_ kind: LimitKind) -> [Int64] {
    switch kind {
    case .fixedWindow(_, .aligned(_, let delta)):
      [0, delta.wholeNanoseconds, -delta.wholeNanoseconds]
    case .fixedWindow(_, .anywhere), .twoCounterWindow: [0, 777_777_777]
    default: [0]
    }
  }

  static var scenarios: [Scenario] {
    var all: [Scenario] = []
    var seed: UInt64 = 1000
    for delays in Delays.allCases {
      for kind in kinds(delays) {
        for skew in skews(kind) {
          for countsRejected in [false, true] {
            for pause in countsRejected ? [0] : [0, 3_000_000_000] as [Int64] {
              seed += 1
              all.append(
                Scenario(
                  kind: kind, delays: delays, countsRejected: countsRejected, requests: 4_000,
                  seed: seed, skew: skew, pause: pause))
            }
          }
        }
      }
    }
    return all
  }

  @Test(arguments: scenarios)
  func `The provider never refuses, and the allowance is used`(scenario: Scenario) {
    let outcome = scenario.run()
    #expect(outcome.rejected == 0, "\(scenario)")
    #expect(outcome.accepted == scenario.requests, "\(scenario)")
    guard scenario.pause == 0, let expected = Self.use(scenario, outcome.meanRoundTrip) else {
      return
    }
    let possible = Double(outcome.elapsed) * expected.rate
    let used = Double(outcome.accepted - expected.burst) / possible
    #expect(used >= expected.share - 0.001, "\(scenario): \(used) of \(expected.share)")
  }

  @Test(arguments: [LimitKind.slidingWindow(rate: perMinute(600)), .unknown(rate: perMinute(600))])
  func `Even pace keeps the limit as well`(kind: LimitKind) {
    for delays in Delays.allCases {
      let scenario = Scenario(
        kind: kind, delays: delays, countsRejected: true, requests: 4_000, seed: 9, pace: .even)
      #expect(scenario.run().rejected == 0, "\(scenario)")
    }
  }

  @Test(arguments: [-200, 200] as [Int64])
  func `Windows bear a provider's clock that runs 200 millionths off`(drift: Int64) {
    for rate in [perMinute(60), Self.per(20, seconds: 2)] {
      let kinds: [LimitKind] = [
        .slidingWindow(rate: rate), .unknown(rate: rate),
        .fixedWindow(rate: rate, start: .anywhere), .fixedWindow(rate: rate, start: .firstRequest),
      ]
      for kind in kinds {
        let scenario = Scenario(
          kind: kind, delays: .uniform, countsRejected: true, requests: 4_000, seed: 21,
          drift: drift)
        #expect(scenario.run().rejected == 0, "\(scenario)")
      }
    }
  }

  /// Units per nanosecond, the share of them that the formula of the row gives, and what came for
  /// free at the start; nil where delays spoil the formula.
  static func use(
    _ scenario: Scenario, _ roundTrip: Double
  ) -> (rate: Double, share: Double, burst: Int)? {
    guard scenario.delays != .lost else { return nil }
    let floor = Double(scenario.delays.floor)
    switch scenario.kind {
    case .tokenBucket(let rate, let burst, let spread):
      let isSmall = Double(burst) < perNanosecond(rate) * 2e9
      if isSmall && (spread == nil || scenario.delays != .uniform) { return nil }
      return (perNanosecond(rate), 0.9999, spread == nil ? burst : 1)
    case .unknown where scenario.delays == .reordering:
      // Releases that bunch meet the pace, which costs up to half a percent.
      return nil
    case .slidingWindow(let rate), .unknown(let rate), .fixedWindow(let rate, .anywhere):
      let window = Double(rate.per.wholeNanoseconds)
      let slack = window >= 10e9 ? 30e6 : window <= 1e9 ? 3e6 : 15e6
      let credit = window >= 10e9 ? 0 : floor
      return (perNanosecond(rate), window / (window + roundTrip - credit + slack), 0)
    case .fixedWindow(let rate, .aligned):
      return scenario.delays == .uniform ? (perNanosecond(rate), 0.999, 0) : nil
    case .fixedWindow(let rate, .firstRequest):
      let window = Double(rate.per.wholeNanoseconds)
      guard scenario.delays == .uniform else { return nil }
      return (perNanosecond(rate), window / (window + 200e6 + 30e6), 0)
    case .twoCounterWindow(let rate, let spread):
      guard rate.allow > 2 else { return nil }
      let window = Double(rate.per.wholeNanoseconds)
      let share = Double(rate.allow - 2) / Double(rate.allow)
      return (perNanosecond(rate), share * window / (window + 2 * spread.inSeconds * 1e9), 0)
    case .spacing(let every, let jitter, let spread):
      let span = Double(every.wholeNanoseconds)
      let distance = span >= 1e9 ? span + roundTrip - floor : span + spread.inSeconds * 1e9
      return (1 / span, span / (distance + span * Double(jitter) / 100), 0)
    default: return nil
    }
  }

  private static func perNanosecond(_ rate: Rate) -> Double {
    Double(rate.allow) / Double(rate.per.wholeNanoseconds)
  }

  @Test func `The oracle notices a client that paces by send time`() {
    // Settling at the send is the mistake the hold rule avoids: the model must catch it.
    var random = SplitMix64(seed: 7)
    var upstream = UpstreamModel(.slidingWindow(rate: perMinute(6)), countsRejected: false)
    var arrivals: [Int64] = []
    for index in 0..<2_000 {
      let sent = Int64(index / 6) * 60_000_000_000
      arrivals.append(sent + Delays.uniform.draw(&random))
    }
    var rejected = 0
    for arrival in arrivals.sorted() where !upstream.accepts(at: arrival) { rejected += 1 }
    #expect(rejected > 100)
  }
}
