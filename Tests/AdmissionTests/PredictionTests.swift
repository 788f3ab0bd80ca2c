import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

@Suite struct PredictionTests {
  typealias Source = PredictionScenario.Source

  static func check(_ scenario: PredictionScenario, seed: UInt64) {
    let run = PredictionRun(scenario, seed: seed)
    run.run()
    let text =
      "\(scenario.name), seed \(seed): waiting \(run.waiting.text); refused \(run.refused.text); "
      + "\(run.expired) expired, \(run.wronglyRefused) wrongly refused"
    print(text)
    #expect(run.waiting.all > 50, "\(text)")
    #expect(run.waiting.percent >= 95, "\(text)")
    #expect(run.refused.percent >= 95, "\(text)")
    #expect(100 * run.wronglyRefused <= 5 * run.refused.all, "\(text)")
  }

  static let single: [PredictionScenario] = [
    PredictionScenario(
      name: "window", limits: [window("w", 100, 60)],
      sources: [Source(perMinute: 150, callers: 4, accounts: 5, patience: 10...600)],
      seconds: 3600, warmUp: 900, within: 15),
    PredictionScenario(
      name: "short window", limits: [window("w", 10, 1)],
      sources: [Source(perMinute: 900, callers: 4, accounts: 5, patience: 2...60)],
      seconds: 600, warmUp: 120),
    PredictionScenario(
      name: "bucket", limits: [bucketRule("b", perMinute: 120, burst: 10)],
      sources: [Source(perMinute: 240, callers: 4, accounts: 5, patience: 10...600)],
      seconds: 3600, warmUp: 900),
    PredictionScenario(
      name: "narrow bucket", limits: [bucketRule("b", perMinute: 300, burst: 1)],
      sources: [Source(perMinute: 400, callers: 4, accounts: 5, patience: 10...200)],
      seconds: 1200, warmUp: 300),
    PredictionScenario(
      name: "spacing", limits: [spacing("s", 20)],
      sources: [Source(perMinute: 120, callers: 1, accounts: 30, patience: 10...600)],
      seconds: 3600, warmUp: 900),
    PredictionScenario(
      name: "short spacing with jitter",
      limits: [
        LimitRule(name: "s", scope: .account, kind: .spacing(every: .seconds(2), jitter: 20))
      ],
      sources: [Source(perMinute: 400, callers: 1, accounts: 10, patience: 10...600)],
      seconds: 2400, warmUp: 900),
    PredictionScenario(
      name: "concurrency", limits: [concurrency("k", 10)],
      sources: [Source(perMinute: 240, callers: 3, accounts: 3, patience: 10...300)],
      seconds: 3600, warmUp: 600, roundTrip: 1000...5000),
    PredictionScenario(
      name: "two counters",
      limits: [
        LimitRule(
          name: "w", scope: .key,
          kind: .twoCounterWindow(
            rate: Rate(allow: 100, per: .seconds(60)), spread: .milliseconds(150)))
      ],
      sources: [Source(perMinute: 150, callers: 4, accounts: 5, patience: 10...600)],
      seconds: 3600, warmUp: 900),
    PredictionScenario(
      name: "even window",
      limits: [
        LimitRule(
          name: "w", scope: .key, kind: .slidingWindow(rate: Rate(allow: 100, per: .seconds(60))),
          pace: .even)
      ],
      sources: [Source(perMinute: 150, callers: 4, accounts: 5, patience: 10...600)],
      seconds: 3600, warmUp: 900),
  ]

  static let series: [PredictionScenario] = [
    PredictionScenario(
      name: "key and account window",
      limits: [window("key", 100, 60), window("own", 6, 60, per: .account)],
      sources: [
        Source(perMinute: 150, callers: 1, accounts: 40, patience: 10...600)
      ],
      seconds: 3600, warmUp: 900, within: 20),
    PredictionScenario(
      name: "account window decides for some",
      limits: [bucketRule("key", perMinute: 100, burst: 10), window("own", 6, 60, per: .account)],
      sources: [
        Source(perMinute: 60, callers: 1, accounts: 5, patience: 10...600),
        Source(perMinute: 120, callers: 3, accounts: 30, patience: 10...600),
      ],
      seconds: 3600, warmUp: 900, within: 45),
    PredictionScenario(
      name: "over midnight",
      limits: [
        LimitRule(name: "day", scope: .key, kind: .calendar(allow: 1000)), window("w", 60, 60),
      ],
      sources: [Source(perMinute: 5, callers: 2, accounts: 2, burst: 950)],
      seconds: 10_000, warmUp: 60, within: 15),
    PredictionScenario(
      name: "accounts over midnight",
      limits: [
        LimitRule(name: "day", scope: .account, kind: .calendar(allow: 25)), window("w", 60, 60),
      ],
      sources: [Source(perMinute: 10, callers: 1, accounts: 20, burst: 500)],
      seconds: 10_000, warmUp: 60, within: 15),
    PredictionScenario(
      name: "held", limits: [window("w", 100, 60)],
      sources: [Source(perMinute: 130, callers: 2, accounts: 4, patience: 60...200)],
      seconds: 2400, warmUp: 300, blocks: [600, 1200, 1800]),
  ]

  static let shared: [PredictionScenario] = [
    PredictionScenario(
      name: "four keys", limits: [bucketRule("b", perMinute: 50, burst: 5)],
      keys: ["a", "b", "c", "d"],
      sources: [Source(perMinute: 300, callers: 4, accounts: 10, patience: 10...600)],
      seconds: 2400, warmUp: 900, within: 25),
    PredictionScenario(
      name: "four sticky keys", limits: [bucketRule("b", perMinute: 50, burst: 5)],
      keys: ["a", "b", "c", "d"],
      lanes: [
        Lane(name: "l", keys: [0, 1, 2, 3], maxWait: .seconds(200_000), isSticky: true)
      ],
      sources: [Source(perMinute: 300, callers: 4, accounts: 10, patience: 10...600)],
      seconds: 2400, warmUp: 900, within: 25),
    PredictionScenario(
      name: "lanes 16:4:1", limits: [bucketRule("b", perMinute: 900, burst: 5)],
      lanes: lanes([16, 4, 1]),
      sources: [
        Source(perMinute: 300, lane: 0, callers: 2, accounts: 3, patience: 10...600),
        Source(perMinute: 300, lane: 1, callers: 2, accounts: 3, patience: 10...600),
        Source(
          perMinute: 450, lane: 2, callers: 2, accounts: 3, patience: 10...600, burst: 1000),
      ],
      seconds: 2400, warmUp: 600, within: 20),
    PredictionScenario(
      name: "fifty callers", limits: [bucketRule("b", perMinute: 600, burst: 20)],
      sources: [Source(perMinute: 800, callers: 50, accounts: 20, patience: 10...600)],
      seconds: 1800, warmUp: 900, within: 55),
    PredictionScenario(
      name: "fifty callers, heavy", limits: [bucketRule("b", perMinute: 600, burst: 20)],
      sources: [Source(perMinute: 1500, callers: 50, accounts: 20, patience: 10...600)],
      seconds: 1800, warmUp: 900, within: 40),
    PredictionScenario(
      name: "reserve", limits: [bucketRule("b", perMinute: 120, burst: 5)],
      lanes: [
        Lane(name: "a", keys: [0], weight: 10, maxWait: .seconds(200_000)),
        Lane(
          name: "b", keys: [0], weight: 1, maxWait: .seconds(200_000),
          reserve: Rate(allow: 40, per: .seconds(60))),
      ],
      sources: [
        Source(perMinute: 150, lane: 0, callers: 2, accounts: 3, patience: 10...600),
        Source(perMinute: 60, lane: 1, callers: 2, accounts: 3, patience: 10...600),
      ],
      seconds: 3600, warmUp: 900),
  ]

  static let overload: [PredictionScenario] = [1.1, 1.5, 2, 3].map { factor in
    PredictionScenario(
      name: "overload \(factor)",
      limits: [window("w", 200, 60), bucketRule("b", perMinute: 240, burst: 20)],
      sources: [
        Source(perMinute: 200 * factor, callers: 5, accounts: 10, patience: 10...600)
      ],
      seconds: 3600, warmUp: 1200, within: factor < 1.2 ? 35 : 10)
  }

  static func lanes(_ weights: [Int]) -> [Lane] {
    weights.enumerated().map {
      Lane(name: "l\($0)", keys: [0], weight: $1, maxWait: .seconds(200_000))
    }
  }

  @Test(arguments: single, [1] as [UInt64])
  func `One limit`(scenario: PredictionScenario, seed: UInt64) {
    PredictionTests.check(scenario, seed: seed)
  }

  @Test(arguments: series, [1] as [UInt64])
  func `Limits in series`(scenario: PredictionScenario, seed: UInt64) {
    PredictionTests.check(scenario, seed: seed)
  }

  @Test(arguments: shared, [1] as [UInt64])
  func `Shares of lanes, callers and keys`(scenario: PredictionScenario, seed: UInt64) {
    PredictionTests.check(scenario, seed: seed)
  }

  @Test(arguments: overload, [1] as [UInt64])
  func `A steady part is refused`(scenario: PredictionScenario, seed: UInt64) {
    PredictionTests.check(scenario, seed: seed)
  }
}
