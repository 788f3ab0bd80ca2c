import Limits
import Planning
import Policy
import Testing
import Timekeeping

/// Plans whose outcome can be worked out by hand.
@Suite struct PlanTests {
  @Test func `240 at once through 60 a minute end in the fourth window`() {
    let report = Sample.run(Sample.rulebook([Sample.window(60, 60)]), [Sample.part(.burst(240))])
    // A slot is held until the answer plus the window: batches at 0, 60.1, 120.2 and 180.3 s.
    #expect(report.requests == 240 && report.sent == 240 && report.refusals.isEmpty)
    #expect(report.finish >= .milliseconds(180_400) && report.finish < .milliseconds(181_500))
    let lane = report.lanes[0].waits
    #expect(lane.longest >= .milliseconds(180_300) && lane.longest < .milliseconds(181_400))
    #expect(lane.p50 >= .seconds(59) && lane.p50 < .seconds(62))
    let use = report.limits.first { $0.limit == "window" }
    #expect(use?.units == 240 && use?.buckets == 1)
    #expect(use.map { $0.peak == 1 } == true)
    #expect(use.map { (0.99...1).contains($0.mean) } == true)
  }

  @Test func `Lanes that compete are served by their weights`() {
    let lanes = [
      Lane(
        name: "heavy", match: [RequestPattern("POST /h")!], keys: [0], weight: 3,
        maxWait: .seconds(3600)),
      Lane(name: "light", keys: [0], weight: 1, maxWait: .seconds(3600)),
    ]
    let report = Sample.run(
      Sample.rulebook([Sample.window(40, 60)], lanes: lanes),
      [
        Sample.part(.burst(120), name: "h", target: "/h"),
        Sample.part(.burst(120), name: "l", target: "/l"),
      ])
    // 20 of each go at once, then 30 to 10 until the heavy lane's 120 are through.
    let heavy = report.lanes[0].waits
    let light = report.lanes[1].waits
    #expect(heavy.sent == 120 && light.sent == 120)
    #expect(heavy.longest > .seconds(239) && heavy.longest < .seconds(243))
    #expect(light.longest > .seconds(299) && light.longest < .seconds(304))
  }

  @Test func `What cannot meet its patience is refused and named`() {
    let report = Sample.run(
      Sample.rulebook([Sample.window(10, 60)]),
      [Sample.part(.burst(25), patience: .seconds(90))])
    #expect(report.sent == 20 && report.requests == 25)
    #expect(report.refusals.count == 1)
    let refusal = report.refusals.first
    #expect(refusal?.reason == "deadline" && refusal?.limit == "window" && refusal?.count == 5)
    #expect(refusal?.first == .zero && refusal?.detail.contains("window") == true)
  }

  @Test func `A daily quota spreads work over days`() {
    let quota = LimitRule(name: "posts", scope: .key, kind: .calendar(allow: 100))
    let lanes = [Lane(name: "all", keys: [0], maxWait: .seconds(4 * 86_400))]
    let report = Sample.run(
      Sample.rulebook([quota], lanes: lanes), [Sample.part(.burst(250), from: .seconds(3600))])
    #expect(report.sent == 250)
    #expect(report.finish > .seconds(2 * 86_400) && report.finish < .seconds(2 * 86_400 + 60))
    let use = report.limits.first { $0.limit == "posts" }
    #expect(use?.peak == 1 && use.map { abs($0.mean - 250.0 / 300) < 1e-9 } == true)
  }

  @Test func `Requests under way are counted as long as their answers take`() {
    let limit = LimitRule(name: "slots", scope: .key, kind: .concurrency(allow: 2))
    let report = Sample.run(
      Sample.rulebook([limit]), [Sample.part(.burst(6), service: .constant(.seconds(10)))])
    let use = report.limits.first { $0.limit == "slots" }
    #expect(use?.peak == 1 && use?.units == 6)
    // The engine holds a slot a little longer than the answer takes.
    #expect(report.finish >= .seconds(30) && report.finish < .seconds(31))
    #expect(use.map { $0.mean > 0.96 && $0.mean <= 1 } == true)
  }

  @Test func `Accounts take turns, and each has its own buckets`() {
    let selector = AccountSelector.path(PathPattern("/v1/{account}/posts")!)
    let report = Sample.run(
      Sample.rulebook([Sample.window(4, 60, per: .account)], selectors: [selector]),
      [Sample.part(.burst(200), target: "/v1/{account}/posts", accounts: 50)])
    let use = report.limits.first { $0.limit == "window" }
    #expect(use?.buckets == 50 && use?.units == 200 && report.lanes[0].waits.longest == .zero)
  }

  @Test func `A full lane refuses what comes on top`() {
    let report = Sample.run(
      Sample.rulebook([Sample.window(10, 60)], queues: QueueBounds(perLane: 20, total: 100)),
      [Sample.part(.burst(50))])
    #expect(report.sent == 30)
    #expect(report.refusals.map(\.reason) == ["lane-full"] && report.refusals[0].count == 20)
  }

  @Test(arguments: [1, 2, 99] as [UInt64])
  func `The same seed plans the same, and every request has one end`(seed: UInt64) {
    let rulebook = Sample.rulebook([Sample.window(50, 10), Sample.window(200, 60)])
    func run() -> PlanReport {
      Sample.run(
        rulebook,
        [
          Sample.part(
            .poisson(Rate(allow: 6, per: .seconds(1))), callers: 3,
            service: .lognormal(median: .milliseconds(200), p99: .seconds(3)),
            patience: .seconds(30)),
          Sample.part(
            .even(Rate(allow: 1, per: .seconds(1))), name: "even",
            service: .uniform(from: .zero, to: .seconds(2))),
        ], duration: .seconds(300), seed: seed)
    }
    let first = run()
    #expect(first.json == run().json, "seed \(seed)")
    #expect(first.parts[1].waits.requests == 300, "seed \(seed)")
    #expect((1_600...2_000).contains(first.parts[0].waits.requests), "seed \(seed)")
    let refused = first.refusals.reduce(0) { $0 + $1.count }
    #expect(first.sent + refused == first.requests && refused > 0, "seed \(seed)")
    #expect(first.limits.allSatisfy { $0.peak <= 1.000_001 }, "seed \(seed)")
  }

  @Test func `A plan of nothing ends at once`() {
    let report = Sample.run(Sample.rulebook([]), [])
    #expect(report.requests == 0 && report.finish == .zero && report.lanes.isEmpty)
  }
}
