import Feedback
import Seeding
import Testing

@Suite struct DialectTests {
  static let date = "Date: Sat, 28 Feb 2026 12:00:00 GMT\n"

  @Test func everyNameLeadsToItsDialect() {
    #expect(Dialect.names == ["generic", "tokportal", "tiktok", "soku"])
    for name in Dialect.names { #expect(Dialect.named(name)?.name == name) }
    #expect(Dialect.named("TokPortal") == nil)
    #expect(Dialect.named("") == nil)
  }

  /// limits-science.md, section 6.3: rank, and the larger of two that agree.
  @Test(arguments: [
    ("Retry-After-Ms: 250", "", 250), ("X-Ms-Retry-After-Ms: 300\nRetry-After: 60", "", 300),
    ("Retry-After-Ms: 250\nRetry-After: 1", "", 1000),
    ("Retry-After: 10\nX-RateLimit-Reset: 50", #"{"retry_after":30}"#, 10_000),
    ("Retry-After: 10", #"{"retry_after":12}"#, 12_000),
    ("Retry-After: 10", #"{"retry_after":12.001}"#, 10_000),
    ("Retry-After: 1337\nX-RateLimit-Reset-After: 64.57", #"{"retry_after":1336.57}"#, 1_337_000),
    ("", #"{"retry_after":1336.57}"#, 1_336_570), ("", #"{"retry_after":"3.5"}"#, 3500),
    ("", #"{"retry_after":null,"error":{"retry_after":4}}"#, 4000),
    ("", #"{"parameters":{"retry_after":35}}"#, 35_000),
    ("X-RateLimit-Reset-After: 64.57\nX-RateLimit-Reset: 90", "", 64_570),
    ("Retry-After: abc", #"{"retry_after":4}"#, 4000),
    ("Retry-After: 2²\nX-RateLimit-Reset: 9", "", 9000),
    ("X-RateLimit-Reset: 1772280030", "", 30_000), ("RateLimit-Reset: 36", "", 36_000),
    ("X-Rate-Limit-Reset: 1772280030.5", "", 30_500),
    ("X-RateLimit-Reset: 1772280030500", "", 30_500),
    ("X-RateLimit-Reset: 2026-02-28T12:01Z", "", 60_000),
    ("X-RateLimit-Reset: Sat, 28 Feb 2026 12:00:45 GMT", "", 45_000),
    ("X-RateLimit-Reset: 1772279996", "", 0), ("Retry-After: 3\nRetry-After: 8", "", 8000),
    ("Retry-After: -1", "", 0), ("Retry-After: 198300", "", 86_400_000),
  ])
  func theDelayIsTheStatedOneOfTheHighestRank(fields: String, body: String, milliseconds: Int) {
    let signal = Sample(429, Self.date + fields, body).read(.generic)
    #expect(signal == Signal(scope: .key, delay: .milliseconds(milliseconds)))
  }

  @Test(arguments: [
    "", "Retry-After: ", "Retry-After: soon", "X-RateLimit-Reset: 1772270000",
    "X-RateLimit-Reset: never", "X-RateLimit-Reset: 2026-02-28T11:00:00Z", "RateLimit-Reset: 5s",
    "X-RateLimit-Remaining: 0",
  ])
  func aLimitWithoutAUsableDelayIsStillALimit(fields: String) {
    #expect(Sample(429, Self.date + fields).read(.generic) == Signal(scope: .key, delay: nil))
  }

  @Test(arguments: [
    "Retry-After: Sat, 28 Feb 2026 12:00:30 GMT", "Retry-After: 1772280030",
    "X-RateLimit-Reset: 1772280030", "X-RateLimit-Reset: 2026-02-28T12:01Z",
  ])
  func noPointInTimeIsMeasuredAgainstThisMachinesClock(field: String) {
    #expect(Sample(429, field).read(.generic) == Signal(scope: .key, delay: nil))
    #expect(Sample(429, "Date: yesterday\n" + field).read(.generic)?.delay == nil)
  }

  @Test(arguments: [
    ("", Signal.Scope.key), ("X-RateLimit-Remaining: 0", .key), ("X-RateLimit-Remaining: -1", .key),
    ("X-RateLimit-Remaining: 1", .narrowest), ("RateLimit-Remaining: 5", .narrowest),
    ("X-RateLimit-Remaining: 0.4", .key), ("X-RateLimit-Remaining: many", .key),
    ("X-RateLimit-Remaining: 5\nX-RateLimit-Remaining: 0", .key),
    ("X-RateLimit-Remaining: 5\nRateLimit-Remaining: 0", .key),
    ("X-RateLimit-Remaining: 5\nAge: 30", .key), ("X-RateLimit-Remaining: 5\nAge: 0", .narrowest),
  ])
  func theGenericScopeFollowsFromWhatRemains(fields: String, scope: Signal.Scope) {
    #expect(Sample(429, fields).read(.generic)?.scope == scope)
  }

  @Test(arguments: [
    ("", "{}", Signal.Scope.key), ("X-RateLimit-Remaining: 3", "{}", .narrowest),
    ("X-RateLimit-Remaining: 0", "{}", .key),
    ("X-RateLimit-Remaining: 0", #"{"error":{"details":{"limit":"account"}}}"#, .account),
    ("X-RateLimit-Remaining: 3", #"{"error":{"message":"Too many in this Bundle."}}"#, .account),
    ("", #"{"error":{"code":"ACCOUNT_RATE_LIMIT_EXCEEDED"}}"#, .account),
    ("", #"{"error":{"details":{"bundle_id":"bnd_1"}}}"#, .account),
    ("", #"{"message":"account limit"}"#, .account),
    ("", #"{"details":{"scope":"account"}}"#, .account),
    ("X-RateLimit-Remaining: 3", #"{"error":{"details":{"limit":"api_key"}}}"#, .key),
    ("X-RateLimit-Remaining: 3", #"{"error":{"message":"API key of the account"}}"#, .narrowest),
    ("X-RateLimit-Remaining: 0", #"{"error":{"message":"API key of the account"}}"#, .key),
    ("X-RateLimit-Remaining: 0", #"{"data":{"account":1}}"#, .key),
    ("X-RateLimit-Remaining: 0", "account", .key), ("", #"{"error":{"message":"account"#, .key),
  ])
  func tokPortalsBodyNamesTheScopeElseWhatRemainsDoes(
    fields: String, body: String, scope: Signal.Scope
  ) {
    #expect(Sample(429, fields, body).read(.tokportal)?.scope == scope)
  }

  @Test func aStoredAnswersPointsInTimeAreNoNews() {
    let fields = Self.date + "Age: 30\nX-RateLimit-Reset: 1772280042"
    #expect(Sample(429, fields).read(.generic)?.delay == nil)
    #expect(Sample(429, fields + "\nRetry-After: 9").read(.generic)?.delay == .seconds(9))
  }

  @Test func aSpentQuotaIsNoWait() {
    let body = #"{"error":{"code":"insufficient_quota","message":"You exceeded your quota"}}"#
    #expect(Sample(429, "Retry-After: 1", body).read(.generic) == nil)
  }

  @Test func aNewProviderNeedsNoCode() {
    let dialect = Dialect(
      name: "own", statuses: [429, 403], delayPaths: [["wait"]],
      scopes: ScopeRule(exhausted: .api, room: .endpoint, unstated: .account),
      codePaths: [["kind"]], codes: ["host": .scope(.api), "dead": .permanent])
    #expect(
      Sample(403, "", #"{"wait":3,"kind":"host"}"#).read(dialect)
        == Signal(scope: .api, delay: .seconds(3)))
    #expect(Sample(403, "", #"{"kind":"dead"}"#).read(dialect) == nil)
    #expect(Sample(429, "").read(dialect) == Signal(scope: .account, delay: nil))
    #expect(Sample(503, "").read(dialect) == nil)
  }

  @Test func fieldsAreNotAskedForWhenTheStatusMeansNoLimit() {
    var asked = 0
    let signal = Dialect.tokportal.read(
      status: 200,
      field: { _ in
        asked += 1
        return nil
      }, body: [])
    #expect(signal == nil && asked == 0)
  }

  @Test func noAnswerTrapsAndNoDelayLeavesItsBounds() {
    let seed: UInt64 = 0x5EED_0002
    var random = SplitMix64(seed: seed)
    let names = [
      "date", "retry-after", "retry-after-ms", "x-ratelimit-remaining", "x-ratelimit-reset",
      "x-ratelimit-reset-after", "age",
    ]
    let pieces = [
      "0", "9", "1e", "-", ".", ",", " ", "1772280030", "99999999999999999999", "Sat", "Sat, ",
      "28 Feb 2026", "12:00:30", " GMT", "Sat, 28 Feb 2026 12:00:30 GMT", "2026-02-28T12:01", "Z",
      "²", "\u{0}", "é", "{", "}", #"{"error":{"code":"#, #""details":{"retryAfter":"#, "\"", "}}",
    ]
    func text(_ random: inout SplitMix64) -> String {
      (0..<Int.random(in: 0...5, using: &random))
        .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }
    var delays = 0
    for round in 0..<20_000 {
      var fields: [String: String] = [:]
      for name in names where Bool.random(using: &random) { fields[name] = text(&random) }
      let body = Array(text(&random).utf8)
      for dialect in [Dialect.generic, .tokportal, .tiktok, .soku] {
        let signal = dialect.read(status: 429, field: { fields[$0] }, body: body)
        guard let delay = signal?.delay else { continue }
        delays += 1
        #expect(
          delay >= .zero && delay <= RetryAfter.longest,
          "seed \(seed), round \(round), \(dialect.name): \(fields)")
      }
    }
    #expect(delays > 2_000, "too few answers state a delay: \(delays)")
  }
}
