import Feedback
import Testing

/// Every sample of the providers' own documents, to the instant it states.
@Suite("Samples of TokPortal, Soku and TikTok") struct SeedSampleTests {
  @Test func tokPortalsRetryAfterIsCanonicalOverItsBody() {
    let answer = Answer(
      429,
      """
      X-RateLimit-Limit: 120
      X-RateLimit-Remaining: 0
      X-RateLimit-Reset: 1779724800
      Retry-After: 1
      """,
      """
      {
        "error": {
          "code": "RATE_LIMIT_EXCEEDED",
          "message": "Too many requests. Please slow down.",
          "details": {
            "retry_after_seconds": 2
          }
        }
      }
      """)
    #expect(
      answer.read("tokportal").signal
        == Signal(scope: .key, delay: .seconds(1), bucket: "key-rate"))
    // Where nobody is canonical, the larger of two that agree counts.
    #expect(answer.read("generic").signal == Signal(scope: .key, delay: .seconds(2)))
  }

  @Test func tokPortalsBodyCountsWhereTheFieldIsMissing() {
    let body = #"{"error":{"code":"RATE_LIMIT_EXCEEDED","details":{"retry_after_seconds":2}}}"#
    let date = "Date: Mon, 25 May 2026 15:59:10 GMT\n"
    let answer = Answer(429, date + "X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1779724800", body)
    #expect(answer.read("tokportal").signal?.delay == .seconds(2))
  }

  @Test func tokPortalsResetIsWhenItsBucketIsFullAndNeverATimeToSend() {
    let fields = """
      Date: Mon, 25 May 2026 15:59:10 GMT
      X-RateLimit-Limit: 120
      X-RateLimit-Remaining: 0
      X-RateLimit-Reset: 1779724800
      """
    let reading = Answer(429, fields, "{}").read("tokportal")
    #expect(reading.signal == Signal(scope: .key, delay: nil, bucket: "key-rate"))
    #expect(
      reading.estimates == [
        Estimate(
          name: "key-rate", scope: .key, limit: 120, remaining: 0, window: .seconds(60),
          reset: .seconds(50), meaning: .full)
      ])
    #expect(Answer(429, fields).read("generic").signal?.delay == .seconds(50))
  }

  @Test func tokPortalsSuccessStatesItsBucket() {
    let answer = Answer(
      200,
      "X-RateLimit-Limit: 120\nX-RateLimit-Remaining: 119\nX-RateLimit-Reset: 1779724800", "{}")
    let reading = answer.read("tokportal")
    #expect(reading.signal == nil)
    #expect(
      reading.estimates == [
        Estimate(
          name: "key-rate", scope: .key, limit: 120, remaining: 119, window: .seconds(60))
      ])
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
    let signal = Answer(429, fields, body).read("tokportal").signal
    #expect(signal?.scope == scope)
    #expect(signal?.kind == .limit && signal?.isUnprocessed == true)
  }

  @Test func tokPortalsOtherRefusals() {
    func signal(_ status: Int, _ code: String) -> Signal? {
      Answer(status, "", #"{"error":{"code":"\#(code)"}}"#).read("tokportal").signal
    }
    #expect(signal(402, "ANY") == Signal(kind: .permanent, scope: .key, delay: nil))
    #expect(
      signal(409, "IDEMPOTENCY_KEY_IN_PROGRESS")
        == Signal(
          kind: .lock, scope: .narrowest, delay: .milliseconds(500),
          reason: "IDEMPOTENCY_KEY_IN_PROGRESS"))
    #expect(signal(409, "IDEMPOTENCY_KEY_REUSED") == nil)
    #expect(signal(400, "IDEMPOTENCY_KEY_TOO_LONG") == nil)
    #expect(signal(409, "OTHER") == nil)
    #expect(Provider.dialect("tokportal").idempotencyHeader == "idempotency-key")
  }

  static let sokuBody = """
    {
      "error": {
        "type": "invalid_request_error",
        "code": "rate_limit_exceeded",
        "message": "Rate limit exceeded. Please retry after 12 seconds.",
        "timestamp": "2026-02-28T12:00:00.000Z",
        "requestId": "req_abc123def456",
        "details": {
          "retryAfter": 12,
          "limit": 100,
          "tier": "premium"
        }
      }
    }
    """

  @Test func sokusRetryAfterCountsThoughItsResetSaysAMinuteMore() {
    let answer = Answer(
      429,
      """
      Date: Sat, 28 Feb 2026 12:00:00 GMT
      Retry-After: 12
      X-RateLimit-Limit: 100
      X-RateLimit-Remaining: 0
      X-RateLimit-Reset: 2026-02-28T12:01:12.000Z
      X-RateLimit-Tier: premium
      Content-Type: application/json
      """, Self.sokuBody)
    let reading = answer.read("soku")
    #expect(reading.signal == Signal(scope: .key, delay: .seconds(12), bucket: "tier"))
    #expect(reading.tier == "premium")
    #expect(
      reading.estimates == [
        Estimate(
          name: "tier", scope: .key, limit: 100, remaining: 0, window: .seconds(60),
          reset: .seconds(72))
      ])
    #expect(answer.read("generic").signal == Signal(scope: .key, delay: .seconds(12)))
  }

  @Test func sokusResetCountsWhereNothingElseIsSaid() {
    let fields = """
      Date: Sat, 28 Feb 2026 12:00:00 GMT
      X-RateLimit-Remaining: 0
      X-RateLimit-Reset: 2026-02-28T12:01:12.000Z
      """
    #expect(Answer(429, fields).read("soku").signal?.delay == .seconds(72))
  }

  @Test func sokusSuccessStatesItsTier() {
    let reading = Answer(
      200,
      """
      Date: Sat, 28 Feb 2026 12:00:00 GMT
      X-RateLimit-Limit: 100
      X-RateLimit-Remaining: 47
      X-RateLimit-Reset: 2026-02-28T12:01:00.000Z
      X-RateLimit-Tier: premium
      """
    ).read("soku")
    #expect(reading.signal == nil)
    #expect(reading.tier == "premium")
    #expect(reading.estimates.map(\.remaining) == [47])
    #expect(reading.estimates.map(\.reset) == [.seconds(60)])
  }

  @Test func sokuWithRoomInItsFieldsMeansOneOfItsHiddenEndpointLimits() {
    let answer = Answer(
      429, "Retry-After: 7\nX-RateLimit-Remaining: 47",
      #"{"error":{"code":"rate_limit_exceeded","details":{"retryAfter":7,"limit":30}}}"#)
    #expect(answer.read("soku").signal == Signal(scope: .endpoint, delay: .seconds(7)))
  }

  @Test(arguments: ["", "X-RateLimit-Remaining: 0", "X-RateLimit-Remaining: 3"])
  func tikToksLimitIsTheNarrowestWhateverItsFieldsSay(fields: String) {
    let answer = Answer(
      429, fields, #"{"error":{"code":"rate_limit_exceeded","message":"too many","log_id":"2026"}}"#
    )
    for name in ["tiktok", "tiktok-research", "tiktok-shop"] {
      #expect(answer.read(name).signal == Signal(scope: .narrowest, delay: nil))
    }
  }

  @Test func tikToksResetIsATimeToSendInEitherUnit() {
    for reset in ["1772280042", "1772280042000"] {
      let fields = "Date: Sat, 28 Feb 2026 12:00:00 GMT\nX-RateLimit-Reset: \(reset)"
      let answer = Answer(429, fields, #"{"error":{"code":"rate_limit_exceeded"}}"#)
      #expect(answer.read("tiktok").signal == Signal(scope: .narrowest, delay: .seconds(42)))
    }
  }

  @Test(arguments: [400, 403, 429])
  func tikToksVerdictsOnAnAccountAreNoCounters(status: Int) {
    let many = #"{"error":{"code":"spam_risk_too_many_posts","message":"","log_id":""}}"#
    let hour = Signal(
      kind: .softBlock, scope: .account, delay: .seconds(3600), reason: "spam_risk_too_many_posts")
    #expect(Answer(status, "", many).read("tiktok").signal == hour)
    #expect(Answer(status, "Retry-After: 5", many).read("tiktok").signal == hour)
    let later = Answer(status, "Retry-After: 7200", many).read("tiktok").signal
    #expect(later?.delay == .seconds(7200))
    let banned = #"{"error":{"code":"spam_risk_user_banned_from_posting"}}"#
    let signal = Answer(status, "Retry-After: 5", banned).read("tiktok").signal
    #expect(signal?.kind == .permanent)
    #expect(signal?.scope == .account)
    #expect(signal?.delay == nil)
  }

  @Test func tikToksTokenMayBeInvalidOrOfTooLittleScope() {
    func signal(_ code: String) -> Signal? {
      Answer(401, "", #"{"error":{"code":"\#(code)"}}"#).read("tiktok").signal
    }
    #expect(signal("access_token_invalid")?.kind == .permanent)
    #expect(signal("access_token_invalid")?.scope == .account)
    #expect(signal("scope_not_authorized") == nil)
  }

  @Test func tikToksResearchDayEndsAtMidnight() {
    let signal = Answer(
      429, "Date: Sat, 28 Feb 2026 12:00:00 GMT",
      #"{"error":{"code":"daily_quota_limit_exceeded"}}"#
    ).read("tiktok-research").signal
    #expect(signal?.kind == .quota)
    #expect(signal?.delay == .seconds(12 * 3600))
  }
}
