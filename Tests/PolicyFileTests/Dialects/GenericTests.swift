import Feedback
import Testing

/// What most gateways send (limits-science.md, sections 6.2 and 6.3; what-users-ask.md, 3b).
@Suite("The generic dialect") struct GenericTests {
  static let date = "Date: Sat, 28 Feb 2026 12:00:00 GMT\n"

  static func read(_ fields: String, _ body: String = "", status: Int = 429) -> Reading {
    Answer(status, fields, body).read("generic")
  }

  /// Rank, and the larger of two that agree.
  @Test(arguments: [
    ("Retry-After-Ms: 250", "", 250), ("X-Ms-Retry-After-Ms: 300\nRetry-After: 60", "", 300),
    ("Retry-After-Ms: 250\nRetry-After: 1", "", 1000),
    ("Retry-After: 10\nX-RateLimit-Reset: 50", #"{"retry_after":30}"#, 10_000),
    ("Retry-After: 10", #"{"retry_after":12}"#, 12_000),
    ("Retry-After: 10", #"{"retry_after":12.001}"#, 10_000),
    ("", #"{"retry_after":1336.57}"#, 1_336_570), ("", #"{"retry_after":"3.5"}"#, 3500),
    ("", #"{"retry_after":null,"error":{"retry_after":4}}"#, 4000),
    ("", #"{"retry_after_ms":350}"#, 350), ("", #"{"parameters":{"retry_after":35}}"#, 35_000),
    ("X-RateLimit-Reset-After: 64.57\nX-RateLimit-Reset: 65", "", 64_570),
    ("X-RateLimit-Reset-After: 64.57\nX-RateLimit-Reset: 90", "", 90_000),
    ("Retry-After: abc", #"{"retry_after":4}"#, 4000),
    ("Retry-After: ", #"{"retry_after":4}"#, 4000),
    ("Retry-After: 2²\nX-RateLimit-Reset: 9", "", 9000), ("Retry-After: 0", "", 0),
    ("X-RateLimit-Reset: 1772280030", "", 30_000), ("RateLimit-Reset: 36", "", 36_000),
    ("X-Rate-Limit-Reset: 1772280030.5", "", 30_500),
    ("X-RateLimit-Reset: 1772280030500", "", 30_500), ("RateLimit-Reset: 5s", "", 5000),
    ("X-RateLimit-Reset: 2026-02-28T12:01Z", "", 60_000),
    ("X-RateLimit-Reset: Sat, 28 Feb 2026 12:00:45 GMT", "", 45_000),
    ("X-RateLimit-Reset: Sat Feb 28 2026 13:00:45 GMT+0100 (Central European Time)", "", 45_000),
    ("X-RateLimit-Reset: 6m0s", "", 360_000), ("X-RateLimit-Retry-After: 7", "", 7000),
    ("X-RateLimit-Reset: 1772279996", "", 0), ("Retry-After: 3\nRetry-After: 8", "", 8000),
    ("Retry-After: -1", "", 0), ("Retry-After: Sat, 28 Feb 2026 11:00:00 GMT", "", 0),
    ("Retry-After: Sat, 28 Feb 2026 12:00:30 GMT", "", 30_000),
    ("Retry-After: 1772280030", "", 30_000), ("Retry-After: 1772280030500", "", 30_500),
  ])
  func theDelayIsTheStatedOneOfTheHighestRank(fields: String, body: String, milliseconds: Int) {
    #expect(
      Self.read(Self.date + fields, body).signal
        == Signal(scope: .key, delay: .milliseconds(milliseconds)))
  }

  @Test(arguments: [
    "", "Retry-After: ", "Retry-After: soon", "X-RateLimit-Reset: 1772270000",
    "X-RateLimit-Reset: never", "X-RateLimit-Reset: 2026-02-28T11:00:00Z",
    "X-RateLimit-Remaining: 0", "RateLimit: \"a\";r=0", "RateLimit: \"a\";t=5",
    "RateLimit: r=0;t=5;", "RateLimit: \"a\";r=-1;t=5", "RateLimit: \"a\";r=\"0\";t=5",
    "RateLimit: \"a\" r=0",
  ])
  func aLimitWithoutAUsableDelayIsStillALimit(fields: String) {
    let signal = Self.read(Self.date + fields).signal
    #expect(signal?.kind == .limit)
    #expect(signal?.delay == nil)
  }

  @Test(arguments: [
    "Retry-After: Sat, 28 Feb 2026 12:00:30 GMT", "Retry-After: 1772280030",
    "X-RateLimit-Reset: 1772280030", "X-RateLimit-Reset: 2026-02-28T12:01Z",
  ])
  func noPointInTimeIsMeasuredAgainstThisMachinesClock(field: String) {
    #expect(Self.read(field).signal == Signal(scope: .key, delay: nil))
    #expect(Self.read("Date: yesterday\n" + field).signal?.delay == nil)
  }

  @Test(arguments: [
    ("", Signal.Scope.key), ("X-RateLimit-Remaining: 0", .key), ("X-RateLimit-Remaining: -1", .key),
    ("X-RateLimit-Remaining: 1", .narrowest), ("RateLimit-Remaining: 5", .narrowest),
    ("X-RateLimit-Remaining: 0.4", .key), ("X-RateLimit-Remaining: many", .key),
    ("X-RateLimit-Remaining: 5\nX-RateLimit-Remaining: 0", .key),
    ("X-RateLimit-Remaining: 5\nRateLimit-Remaining: 0", .key),
    ("X-RateLimit-Remaining: 5\nAge: 30", .key), ("X-RateLimit-Remaining: 5\nAge: 0", .narrowest),
    ("RateLimit: \"a\";r=3;t=9", .narrowest), ("RateLimit: \"a\";r=3;t=9, \"b\";r=0;t=2", .key),
  ])
  func theScopeFollowsFromWhatRemains(fields: String, scope: Signal.Scope) {
    #expect(Self.read(fields).signal?.scope == scope)
  }

  @Test func theResetOfABucketWithRoomIsNotTheDelayOfAnotherOne() {
    #expect(Self.read("X-RateLimit-Remaining: 5\nX-RateLimit-Reset: 50").signal?.delay == nil)
    #expect(Self.read("X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 50").signal?.delay != nil)
  }

  @Test(arguments: [(503, Signal.Kind.overload), (500, .failure)])
  func aCountersResetDoesNotTellWhenAnOverloadEnds(status: Int, kind: Signal.Kind) {
    let fields = "X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 3000"
    let signal = Self.read(fields, status: status).signal
    #expect(signal?.kind == kind)
    #expect(signal?.delay == nil)
    #expect(signal?.bucket == nil)
  }

  @Test func aStoredAnswersCountersAndPointsInTimeAreNoNews() {
    let fields = Self.date + "Age: 30\nX-RateLimit-Reset: 1772280042\nX-RateLimit-Remaining: 3"
    #expect(Self.read(fields).signal?.delay == nil)
    #expect(Self.read(fields).estimates == [])
    #expect(Self.read(fields, status: 200).estimates == [])
    #expect(Self.read(fields + "\nRetry-After: 9").signal?.delay == .seconds(9))
  }

  @Test func aQuotaIsParkedForFortyDaysAtMost() {
    let long = Self.read("Retry-After: 198300").signal
    #expect(long == Signal(kind: .quota, scope: .key, delay: .seconds(198_300)))
    #expect(Self.read("Retry-After: 99999999").signal?.delay == RetryAfter.farthest)
  }

  /// The four generations of the IETF's fields.
  @Test(arguments: [
    (
      "RateLimit-Limit: 5000\nRateLimit-Policy: 1000;w=3600, 5000;w=86400\n"
        + "RateLimit-Remaining: 100\nRateLimit-Reset: 36000",
      Estimate(
        scope: .key, limit: 5000, remaining: 100, window: .seconds(86_400),
        reset: .seconds(36_000))
    ),
    (
      "RateLimit-Limit: 10, 10;w=1, 50;w=60\nRateLimit-Remaining: 3\nRateLimit-Reset: 1",
      Estimate(scope: .key, limit: 10, remaining: 3, window: .seconds(1), reset: .seconds(1))
    ),
    (
      "RateLimit: limit=100, remaining=50, reset=5\nRateLimit-Policy: 100;w=60",
      Estimate(scope: .key, limit: 100, remaining: 50, window: .seconds(60), reset: .seconds(5))
    ),
    (
      "RateLimit-Policy: \"burst\";q=100;w=60,\"daily\";q=1000;w=86400\n"
        + "RateLimit: \"burst\";r=50;t=30",
      Estimate(
        name: "burst", scope: .key, limit: 100, remaining: 50, window: .seconds(60),
        reset: .seconds(30), meaning: .nextSlot)
    ),
    (
      "RateLimit: \"default\";r=999;pk=:dHJpYWwxMjEzMjM=:",
      Estimate(name: "default", scope: .key, remaining: 999, meaning: .nextSlot)
    ),
    (
      "RateLimit: default;a=50;w=30;c=2\nRateLimit-Policy: default;q=100;w=60",
      Estimate(
        name: "default", scope: .key, limit: 100, remaining: 50, window: .seconds(60),
        reset: .seconds(30), meaning: .nextSlot)
    ),
    (
      "RateLimit: \"10-in-1min\"; r=9; t=59\nRateLimit-Policy: \"10-in-1min\"; q=10; w=60; pk=:YQ==:",
      Estimate(
        name: "10-in-1min", scope: .key, limit: 10, remaining: 9, window: .seconds(60),
        reset: .seconds(59), meaning: .nextSlot)
    ),
    (
      "X-RateLimit-Limit: 100, 100;window=60, 10000;window=86400\nX-RateLimit-Remaining: 90",
      Estimate(scope: .key, limit: 100, remaining: 90, window: .seconds(60))
    ),
    (
      "X-RateLimit-Limit: 500;w=600\nX-RateLimit-Remaining: 1\nX-RateLimit-Reset: 600000",
      Estimate(scope: .key, limit: 500, remaining: 1, window: .seconds(600), reset: .seconds(600))
    ),
    (
      "X-RateLimit-Limit: 5;w=60\nX-RateLimit-Remaining: 1\nX-RateLimit-Reset: 121",
      Estimate(scope: .key, limit: 5, remaining: 1, window: .seconds(60), reset: .milliseconds(121))
    ),
  ])
  func everyGenerationOfTheFieldsIsRead(fields: String, estimate: Estimate) {
    #expect(Self.read(fields, status: 200).estimates == [estimate])
  }

  @Test(arguments: [
    "RateLimit-Policy: \"peruser\";q=65535;qu=\"content-bytes\";w=10\nRateLimit: \"peruser\";r=9",
    "RateLimit-Policy: \"p\";q=5;qu=\"concurrent-requests\"\nRateLimit: \"p\";r=1",
    "RateLimit: limit=100, reset=5", "RateLimit: limit=100, remaining=, reset=5",
    "RateLimit: \"a\";r=99999999999999999999", "RateLimit: ,", "RateLimit: (\"a\";r=1)",
    "RateLimit-Policy: \"a\";w=60", "RateLimit-Policy: 100;w=60", "RateLimit-Policy: \"a",
    "X-RateLimit-Limit: lots\nX-RateLimit-Remaining: 2²", "X-RateLimit-Reset: 5",
  ])
  func whatIsMalformedOrCountsNoRequestsIsIgnored(fields: String) {
    #expect(Self.read(fields, status: 200) == Reading(status: 200))
  }

  @Test func aPolicyAloneStatesItsLimit() {
    #expect(
      Self.read("RateLimit-Policy: \"a\";q=7;w=60", status: 200).estimates
        == [Estimate(name: "a", scope: .key, limit: 7, window: .seconds(60))])
  }

  @Test func aResetFurtherOffThanTwoWindowsIsAMistake() {
    let fields = "RateLimit-Policy: \"a\";q=7;w=60\nRateLimit: \"a\";r=0;t="
    #expect(Self.read(fields + "120").signal?.delay == .seconds(120))
    #expect(Self.read(fields + "121").signal?.delay == nil)
  }

  @Test func violatedPoliciesNameTheBucketToBlame() {
    let problem = "https://iana.org/assignments/http-problem-types#quota-exceeded"
    let signal = Self.read(
      "RateLimit: \"burst\";r=0;t=5, \"daily\";r=0;t=5000",
      #"{"type":"\#(problem)","violated-policies":["burst"]}"#
    ).signal
    #expect(
      signal
        == Signal(scope: .key, delay: .seconds(5), bucket: "burst", reason: "quota-exceeded"))
  }

  @Test func bodiesAreWantedWhereTheyTellSomething() {
    let statuses = [200, 201, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504, 529]
    func wanted(_ name: String) -> [Int] {
      statuses.filter { Provider.dialect(name).wantsBody(status: $0) }
    }
    #expect(wanted("generic") == [403, 429, 503, 529])
    #expect(wanted("tokportal") == [400, 409, 429, 503, 529])
    #expect(wanted("slack") == [200, 401, 403, 429])
    #expect(wanted("shopify") == [])
    #expect(wanted("shopify-graphql") == [200, 429, 503, 529])
    #expect(wanted("aws") == [400, 403, 429, 503])
    for name in Provider.names {
      let expected = ["slack", "shopify-graphql"].contains(name)
      #expect(Provider.dialect(name).readsSuccess == expected, "\(name)")
    }
  }
}
