import Feedback
import Testing

/// Samples of limits-science.md, section 6.1, to the instant they state.
@Suite("Samples of other providers") struct ProviderSampleTests {
  @Test func discordsSharedLimitIsAnotherBucketThanTheOneInItsFields() {
    let reading = Answer(
      429,
      """
      X-RateLimit-Limit: 10
      X-RateLimit-Remaining: 9
      X-RateLimit-Reset: 1470173023.123
      X-RateLimit-Reset-After: 64.57
      X-RateLimit-Bucket: abcd1234
      X-RateLimit-Scope: shared
      Retry-After: 1337
      """,
      #"{"message":"The resource is being rate limited.","retry_after":1336.57,"global":false}"#
    ).read("discord")
    #expect(
      reading.signal == Signal(scope: .endpoint, delay: .seconds(1337), reason: "shared"))
    #expect(
      reading.estimates == [
        Estimate(
          name: "abcd1234", scope: .endpoint, limit: 10, remaining: 9,
          reset: .milliseconds(64_570))
      ])
  }

  @Test(arguments: [
    ("X-RateLimit-Global: true\nX-RateLimit-Scope: global", "{}", Signal.Scope.api),
    ("", #"{"retry_after":1,"global":true}"#, .api), ("X-RateLimit-Scope: user", "{}", .key),
    ("X-RateLimit-Remaining: 0", "{}", .endpoint), ("", "{}", .endpoint),
  ])
  func discordNamesItsScope(fields: String, body: String, scope: Signal.Scope) {
    #expect(Answer(429, fields, body).read("discord").signal?.scope == scope)
  }

  @Test func aBucketOfAnotherScopeThanTheStatedOneIsNotNamed() {
    let fields = "X-RateLimit-Scope: user\nX-RateLimit-Remaining: 0\nX-RateLimit-Bucket: b\n"
    let signal = Answer(429, fields + "Retry-After: 2").read("discord").signal
    #expect(signal == Signal(scope: .key, delay: .seconds(2), reason: "user"))
  }

  @Test func openAIsResetIsASpanUntilTheBucketIsFull() {
    let reading = Answer(
      200,
      """
      x-ratelimit-limit-requests: 5000
      x-ratelimit-remaining-requests: 4999
      x-ratelimit-reset-requests: 12ms
      x-ratelimit-limit-tokens: 160000
      x-ratelimit-remaining-tokens: 159976
      x-ratelimit-reset-tokens: 9ms
      """
    ).read("openai")
    #expect(reading.estimates.map(\.name) == ["requests", "tokens"])
    #expect(reading.estimates.map(\.reset) == [.milliseconds(12), .milliseconds(9)])
    #expect(reading.estimates.map(\.meaning) == [.full, .full])
    #expect(reading.estimates.map(\.remaining) == [4999, 159_976])
  }

  @Test func openAIsSpentQuotaIsNoWait() {
    let body = #"{"error":{"code":"insufficient_quota","message":"You exceeded your quota"}}"#
    for name in ["openai", "generic"] {
      #expect(
        Answer(429, "Retry-After: 1", body).read(name).signal
          == Signal(kind: .permanent, scope: .key, delay: nil, reason: "insufficient_quota"))
    }
    let limit = #"{"error":{"code":"rate_limit_exceeded"}}"#
    let fields = "retry-after-ms: 250\nRetry-After: 1\nx-ratelimit-remaining-tokens: 0"
    #expect(
      Answer(429, fields, limit).read("openai").signal
        == Signal(scope: .key, delay: .seconds(1), bucket: "tokens"))
  }

  @Test func anthropicsFieldsTurnTheNamesAround() {
    let reading = Answer(
      429,
      """
      Date: Sat, 28 Feb 2026 12:00:00 GMT
      anthropic-ratelimit-requests-limit: 50
      anthropic-ratelimit-requests-remaining: 0
      anthropic-ratelimit-requests-reset: 2026-02-28T12:00:30Z
      anthropic-ratelimit-input-tokens-remaining: 20000
      retry-after: 3
      """, #"{"type":"error","error":{"type":"rate_limit_error"}}"#
    ).read("anthropic")
    #expect(
      reading.signal
        == Signal(
          scope: .key, delay: .seconds(3), bucket: "requests", reason: "rate_limit_error"))
    #expect(reading.estimates.map(\.name) == ["requests", "input-tokens"])
    #expect(reading.estimates.first?.reset == .seconds(30))
    let overloaded = #"{"type":"error","error":{"type":"overloaded_error"}}"#
    let signal = Answer(529, "", overloaded).read("anthropic").signal
    #expect(signal?.kind == .overload)
    #expect(signal?.isUnprocessed == false)
  }

  @Test func gitLabsResetIsAPointInTimeUnderTheIETFsName() {
    let fields = """
      Date: Tue, 05 Jan 2021 10:59:20 GMT
      RateLimit-Limit: 60
      RateLimit-Name: throttle_authenticated_api
      RateLimit-Observed: 67
      RateLimit-Remaining: 33
      RateLimit-Reset: 1609844400
      RateLimit-ResetTime: Tue, 05 Jan 2021 11:00:00 GMT
      """
    let reading = Answer(429, fields + "\nRetry-After: 30", "Retry later").read("gitlab")
    #expect(reading.signal == Signal(scope: .narrowest, delay: .seconds(30)))
    #expect(
      reading.estimates == [
        Estimate(
          name: "throttle_authenticated_api", scope: .key, limit: 60, remaining: 33,
          reset: .seconds(40))
      ])
    let spent = fields.replacing("Remaining: 33", with: "Remaining: 0")
    #expect(Answer(429, spent).read("gitlab").signal?.delay == .seconds(40))
  }

  @Test func xHasAHyphenMore() {
    let fields = """
      Date: Tue, 16 Jan 2024 15:59:00 GMT
      x-rate-limit-limit: 900
      x-rate-limit-remaining: 847
      x-rate-limit-reset: 1705420800
      """
    #expect(
      Answer(200, fields).read("x").estimates == [
        Estimate(
          scope: .endpoint, limit: 900, remaining: 847, window: .seconds(900), reset: .seconds(60))
      ])
    let signal = Answer(
      429, fields.replacing("847", with: "0"), #"{"errors":[{"code":88}]}"#
    ).read("x").signal
    #expect(signal == Signal(scope: .endpoint, delay: .seconds(60), reason: "88"))
  }

  @Test func shopifysQueryWaitsForWhatItAskedFor() {
    let answer = Answer(
      200, "",
      """
      {"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":
      {"requestedQueryCost":752,"actualQueryCost":null,
      "throttleStatus":{"maximumAvailable":1000.0,"currentlyAvailable":666,"restoreRate":50.0}}}}
      """)
    let reading = answer.read("shopify-graphql")
    #expect(
      reading.signal
        == Signal(
          scope: .key, delay: .milliseconds(1720), bucket: "points", reason: "THROTTLED"))
    #expect(
      reading.estimates == [
        Estimate(
          name: "points", scope: .key, limit: 1000, remaining: 666, window: .seconds(20),
          reset: .milliseconds(6680), meaning: .full)
      ])
    let dialect = Provider.dialect("shopify-graphql")
    #expect(dialect.readsSuccess && dialect.wantsBody(status: 200))
    #expect(Provider.dialect("shopify").readsSuccess == false)
  }

  @Test func shopifysQueryThatWentThroughStatesItsBucketOnly() {
    let reading = Answer(
      200, "",
      """
      {"data":{},"extensions":{"cost":{"requestedQueryCost":12,"actualQueryCost":7,
      "throttleStatus":{"maximumAvailable":1000.0,"currentlyAvailable":993,"restoreRate":50.0}}}}
      """
    ).read("shopify-graphql")
    #expect(reading.signal == nil)
    #expect(reading.estimates.map(\.remaining) == [993])
  }

  @Test func shopifysRestFieldIsUsedAndSize() {
    let reading = Answer(
      429, "X-Shopify-Shop-Api-Call-Limit: 40/40\nRetry-After: 2.0"
    ).read("shopify")
    #expect(reading.signal == Signal(scope: .key, delay: .seconds(2), bucket: "calls"))
    #expect(reading.estimates.map(\.remaining) == [0])
    let open = Answer(200, "X-Shopify-Shop-Api-Call-Limit: 32/40").read("shopify")
    #expect(
      open.estimates == [
        Estimate(name: "calls", scope: .key, limit: 40, remaining: 8, window: .seconds(20))
      ])
  }

  @Test func jirasTwoResetsDifferAndTheLaterCounts() {
    let fields = """
      Date: Thu, 26 Mar 2026 15:25:28 GMT
      Beta-RateLimit-Policy: "tenant-app-quota";q=100100;w=3600
      Beta-RateLimit: "tenant-app-quota";r=0;t=2788
      X-Beta-RateLimit-Reset: 2026-03-26T16:00Z
      X-RateLimit-Limit: 400
      X-RateLimit-Remaining: 399
      """
    let reading = Answer(429, fields).read("atlassian")
    #expect(
      reading.signal
        == Signal(scope: .key, delay: .seconds(2788), bucket: "tenant-app-quota"))
    #expect(
      reading.estimates == [
        Estimate(scope: .endpoint, limit: 400, remaining: 399),
        Estimate(
          name: "tenant-app-quota", scope: .key, limit: 100_100, remaining: 0,
          window: .seconds(3600), reset: .seconds(2788), meaning: .nextSlot),
      ])
    let early = fields.replacing("t=2788", with: "t=60")
    #expect(Answer(429, early).read("atlassian").signal?.delay == .seconds(2072))
  }

  @Test(arguments: [
    ("jira-burst-based", Signal.Scope.endpoint), ("jira-quota-global-based", .key),
    ("jira-quota-tenant-based", .key), ("jira-per-issue-on-write", .narrowest),
  ])
  func jiraSaysWhichLimitItWas(reason: String, scope: Signal.Scope) {
    let fields = "RateLimit-Reason: \(reason)\nRetry-After: 5\nX-RateLimit-Remaining: 3"
    for status in [429, 503] {
      let signal = Answer(status, fields).read("atlassian").signal
      #expect(signal?.kind == .limit)
      #expect(signal?.scope == scope)
      #expect(signal?.delay == .seconds(5))
    }
  }
}
