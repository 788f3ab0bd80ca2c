import Feedback
import Testing
import Timekeeping

/// Every sample of the providers' documents (seeds/), to the instant it states.
@Suite struct SeedSampleTests {
  @Test func tokPortalsRetryAfterIsCanonicalOverItsBody() {
    let answer = Sample(
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
    #expect(answer.read(.tokportal) == Signal(scope: .key, delay: .seconds(1)))
    // Where nobody is canonical, the larger of two that agree counts.
    #expect(answer.read(.generic) == Signal(scope: .key, delay: .seconds(2)))
  }

  @Test func tokPortalsBodyCountsWhereTheFieldIsMissing() {
    let body = #"{"error":{"code":"RATE_LIMIT_EXCEEDED","details":{"retry_after_seconds":2}}}"#
    let date = "Date: Mon, 25 May 2026 15:59:10 GMT\n"
    let answer = Sample(429, date + "X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1779724800", body)
    #expect(answer.read(.tokportal) == Signal(scope: .key, delay: .seconds(2)))
  }

  @Test func tokPortalsResetIsNeverATimeToSend() {
    let answer = Sample(
      429,
      """
      Date: Mon, 25 May 2026 15:59:10 GMT
      X-RateLimit-Remaining: 0
      X-RateLimit-Reset: 1779724800
      """, "{}")
    #expect(answer.read(.tokportal) == Signal(scope: .key, delay: nil))
    #expect(answer.read(.tiktok)?.delay == .seconds(50))
  }

  @Test func anAcceptedAnswerSaysNothingHere() {
    let answer = Sample(
      200, "X-RateLimit-Limit: 120\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1779724800", "{}")
    for name in Dialect.names { #expect(Dialect.named(name).flatMap(answer.read) == nil) }
  }

  @Test func sokusRetryAfterCountsThoughItsResetSaysAMinuteMore() {
    let answer = Sample(
      429,
      """
      Date: Sat, 28 Feb 2026 12:00:00 GMT
      Retry-After: 12
      X-RateLimit-Limit: 100
      X-RateLimit-Remaining: 0
      X-RateLimit-Reset: 2026-02-28T12:01:12.000Z
      X-RateLimit-Tier: premium
      Content-Type: application/json
      """,
      """
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
      """)
    #expect(answer.read(.soku) == Signal(scope: .key, delay: .seconds(12)))
    #expect(answer.read(.generic) == Signal(scope: .key, delay: .seconds(12)))
  }

  @Test func sokusResetCountsWhereNothingElseIsSaid() {
    let fields = """
      Date: Sat, 28 Feb 2026 12:00:00 GMT
      X-RateLimit-Remaining: 0
      X-RateLimit-Reset: 2026-02-28T12:01:12.000Z
      """
    #expect(Sample(429, fields, "").read(.soku) == Signal(scope: .key, delay: .seconds(72)))
  }

  @Test func sokuWithRoomInItsFieldsMeansOneOfItsHiddenEndpointLimits() {
    let answer = Sample(
      429, "Retry-After: 7\nX-RateLimit-Remaining: 47",
      #"{"error":{"code":"rate_limit_exceeded","details":{"retryAfter":7,"limit":30}}}"#)
    #expect(answer.read(.soku) == Signal(scope: .endpoint, delay: .seconds(7)))
  }

  @Test(arguments: ["", "X-RateLimit-Remaining: 0", "X-RateLimit-Remaining: 3"])
  func tikToksLimitIsTheNarrowestWhateverItsFieldsSay(fields: String) {
    let answer = Sample(
      429, fields,
      #"{"error":{"code":"rate_limit_exceeded","message":"too many","log_id":"2026"}}"#)
    #expect(answer.read(.tiktok) == Signal(scope: .narrowest, delay: nil))
  }

  @Test func tikToksResetIsATimeToSendInEitherUnit() {
    for reset in ["1772280042", "1772280042000"] {
      let fields = "Date: Sat, 28 Feb 2026 12:00:00 GMT\nX-RateLimit-Reset: \(reset)"
      let answer = Sample(429, fields, #"{"error":{"code":"rate_limit_exceeded"}}"#)
      #expect(answer.read(.tiktok) == Signal(scope: .narrowest, delay: .seconds(42)))
    }
  }

  @Test func tikToksVerdictsOnAnAccountAreNoCounters() {
    let many = #"{"error":{"code":"spam_risk_too_many_posts","message":"","log_id":""}}"#
    let hour = Signal(scope: .account, delay: .seconds(3600))
    #expect(Sample(429, "", many).read(.tiktok) == hour)
    #expect(Sample(429, "Retry-After: 5", many).read(.tiktok) == hour)
    #expect(Sample(429, "Retry-After: 7200", many).read(.tiktok)?.delay == .seconds(7200))
    let banned = #"{"error":{"code":"spam_risk_user_banned_from_posting"}}"#
    #expect(Sample(429, "Retry-After: 5", banned).read(.tiktok) == nil)
  }

  @Test(arguments: [200, 201, 400, 401, 402, 403, 404, 409, 500, 502, 503, 504, 529])
  func everyStatusBut429PassesThrough(status: Int) {
    let answer = Sample(
      status, "Retry-After: 5\nX-RateLimit-Remaining: 0",
      #"{"error":{"code":"RATE_LIMIT_EXCEEDED"}}"#)
    for name in Dialect.names { #expect(Dialect.named(name).flatMap(answer.read) == nil) }
  }
}
