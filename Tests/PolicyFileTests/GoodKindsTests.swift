import Limits
import Policy
import PolicyFile
import Testing
import Timekeeping

@Suite("Limits without faults") struct GoodKindsTests {
  func limit(_ words: String) throws -> LimitRule {
    let book = try Sample.read(Sample.limit("name: x, per: api, \(words)")).get()
    return try #require(book.apis.first?.limits.first)
  }

  static let perMinute = Rate(allow: 100, per: .seconds(60))

  @Test(
    "have each kind",
    arguments: [
      (
        "kind: token-bucket, allow: 100/min, burst: 10",
        .tokenBucket(rate: perMinute, burst: 10)
      ),
      ("kind: token-bucket, allow: 100/min", .tokenBucket(rate: perMinute, burst: 100)),
      (
        "kind: token-bucket, allow: 100/min, burst: 5, spread: 150ms",
        .tokenBucket(rate: perMinute, burst: 5, spread: .milliseconds(150))
      ),
      (
        "kind: sliding-window, allow: 50/5s",
        .slidingWindow(rate: Rate(allow: 50, per: .seconds(5)))
      ),
      ("kind: fixed-window, allow: 100/min", .fixedWindow(rate: perMinute, start: .anywhere)),
      (
        "kind: fixed-window, allow: 100/min, start: anywhere",
        .fixedWindow(rate: perMinute, start: .anywhere)
      ),
      (
        "kind: fixed-window, allow: 100/min, start: first-request",
        .fixedWindow(rate: perMinute, start: .firstRequest)
      ),
      (
        "kind: fixed-window, allow: 100/min, start: aligned",
        .fixedWindow(
          rate: perMinute, start: .aligned(offset: .zero, delta: .milliseconds(500)))
      ),
      (
        "kind: fixed-window, allow: 100/min, start: aligned, offset: 59.999s, doubt: 15s",
        .fixedWindow(
          rate: perMinute, start: .aligned(offset: .milliseconds(59_999), delta: .seconds(15)))
      ),
      (
        "kind: fixed-window, allow: 5/s, start: aligned",
        .fixedWindow(
          rate: Rate(allow: 5, per: .seconds(1)),
          start: .aligned(offset: .zero, delta: .milliseconds(100)))
      ),
      (
        "kind: two-counter-window, allow: 100/min",
        .twoCounterWindow(rate: perMinute, spread: .milliseconds(500))
      ),
      (
        "kind: two-counter-window, allow: 100/min, spread: 0s",
        .twoCounterWindow(rate: perMinute, spread: .zero)
      ),
      ("kind: spacing, every: 250ms", .spacing(every: .milliseconds(250))),
      (
        "kind: spacing, every: 20s, jitter: 100%, spread: 10s",
        .spacing(every: .seconds(20), jitter: 100, spread: .seconds(10))
      ),
      ("kind: concurrency, allow: 16", .concurrency(allow: 16)),
      ("kind: concurrency, allow: 16, hold: 1s", .concurrency(allow: 16, hold: .seconds(1))),
      ("kind: calendar, allow: 25/day", .calendar(allow: 25)),
      ("kind: calendar, allow: 25/d, zone: UTC", .calendar(allow: 25)),
      ("kind: learned, allow: 100/min", .learned(start: perMinute)),
      ("kind: unknown, allow: 100/min", .unknown(rate: perMinute)),
      (
        "kind: hours, closed: 08:30-24:00 UTC",
        .hours(ClosedHours(from: 30_600_000_000_000, to: 0, zone: .utc))
      ),
    ] as [(String, LimitKind)])
  func kinds(words: String, expected: LimitKind) throws {
    let rule = try limit(words)
    #expect(rule.kind == expected)
    #expect(rule.pace == .free && rule.measure == nil && rule.reserved.isEmpty)
  }

  @Test("have the zones of the machine")
  func zones() throws {
    let rules = try #require(Sample.zones["Europe/Paris"])
    let paris = try Zone(name: "Europe/Paris", tzif: Sample.zoneFile(rules))
    #expect(
      try limit("kind: calendar, allow: 25/day, zone: Europe/Paris").kind
        == .calendar(allow: 25, zone: paris))
    let hour: Int64 = 3_600_000_000_000
    #expect(
      try limit("kind: hours, closed: \"23:00-07:00 Europe/Paris\"").kind
        == .hours(ClosedHours(from: 23 * hour, to: 7 * hour, zone: paris)))
  }

  @Test(
    "say how even, measured and reserved they are",
    arguments: ["sliding-window", "fixed-window", "calendar", "unknown"])
  func words(kind: String) throws {
    let book = try Sample.read(
      Sample.api(
        """
        limits:
          - { name: x, per: api, kind: \(kind), allow: 25/day, pace: even, \
        reserved: { uploads: 30%, other: 70% }, measure: { json: /data/a~1b~0c } }
          - { name: y, per: api, kind: \(kind), allow: 25/day, pace: free, \
        measure: { header: X-Cost } }
        lanes: { uploads: { match: [/a], costs: { x: 25, y: 1 } } }
        """)
    ).get()
    let limits = book.apis[0].limits
    #expect(limits.map(\.pace) == [.even, .free])
    #expect(limits[0].reserved == ["uploads": 30, "other": 70])
    #expect(limits[0].measure == .json(["data", "a/b~c"]))
    #expect(limits[1].reserved.isEmpty)
    #expect(limits[1].measure == .header("x-cost"))
  }
}
