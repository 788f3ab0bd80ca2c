import Feedback
import Testing

/// Rows of limits-science.md, sections 6.1 and 6.4, that are told by a code.
@Suite("Codes of providers") struct ProviderCodeTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let provider: String
    let status: Int
    var fields = ""
    var body = ""
    let kind: Signal.Kind?
    var scope: Signal.Scope = .key
    var seconds: Double?
    var testDescription: String { "\(provider) \(status) \(fields) \(body)" }
  }

  static let rows: [Row] = [
    Row(
      provider: "github", status: 403,
      fields: "Date: Sat, 28 Feb 2026 12:00:00 GMT\nX-RateLimit-Remaining: 0\n"
        + "X-RateLimit-Reset: 1772281800\nX-RateLimit-Resource: core", kind: .limit, seconds: 1800),
    Row(provider: "github", status: 403, fields: "X-RateLimit-Remaining: 12", kind: nil),
    Row(
      provider: "github", status: 403, fields: "X-RateLimit-Remaining: 12",
      body: #"{"message":"You have exceeded a Secondary Rate Limit."}"#, kind: .softBlock,
      seconds: 60),
    Row(
      provider: "github", status: 429, fields: "Retry-After: 17",
      body: #"{"message":"You have exceeded a secondary rate limit."}"#, kind: .softBlock,
      seconds: 17),
    Row(
      provider: "github", status: 401, body: #"{"message":"Bad credentials"}"#, kind: .permanent),
    Row(
      provider: "stripe", status: 429, fields: "Stripe-Rate-Limited-Reason: global-rate",
      kind: .limit),
    Row(
      provider: "stripe", status: 429, fields: "Stripe-Rate-Limited-Reason: endpoint-rate",
      kind: .limit, scope: .endpoint),
    Row(
      provider: "stripe", status: 429, fields: "Stripe-Rate-Limited-Reason: global-concurrency",
      kind: .concurrency),
    Row(
      provider: "stripe", status: 429, fields: "Stripe-Rate-Limited-Reason: endpoint-concurrency",
      kind: .concurrency, scope: .endpoint),
    Row(
      provider: "stripe", status: 429, fields: "Stripe-Rate-Limited-Reason: resource-specific",
      kind: .limit, scope: .narrowest),
    Row(
      provider: "stripe", status: 429, body: #"{"error":{"code":"lock_timeout"}}"#, kind: .lock,
      scope: .narrowest, seconds: 0.5),
    Row(provider: "twilio", status: 429, body: #"{"code":20429}"#, kind: .concurrency),
    Row(
      provider: "slack", status: 429, fields: "Retry-After: 30", kind: .limit, scope: .endpoint,
      seconds: 30),
    Row(
      provider: "slack", status: 200, fields: "Retry-After: 30",
      body: #"{"ok":false,"error":"ratelimited"}"#, kind: .limit, scope: .endpoint, seconds: 30),
    Row(provider: "slack", status: 200, body: #"{"ok":true,"error":""}"#, kind: nil),
    Row(
      provider: "slack", status: 200, body: #"{"ok":false,"error":"token_revoked"}"#,
      kind: .permanent),
    Row(
      provider: "notion", status: 429, fields: "Retry-After: 2", body: #"{"code":"rate_limited"}"#,
      kind: .limit, seconds: 2),
    Row(
      provider: "notion", status: 529, body: #"{"code":"service_overload"}"#, kind: .overload,
      scope: .api),
    Row(
      provider: "linear", status: 400,
      body: #"{"errors":[{"message":"x"},{"extensions":{"code":"RATELIMITED"}}]}"#, kind: .limit),
    Row(
      provider: "linear", status: 400,
      body: #"{"errors":[{"message":"Usage limit exceeded","extensions":{"code":"RATELIMITED"}}]}"#,
      kind: .permanent),
    Row(
      provider: "linear", status: 400, body: #"{"errors":[{"extensions":{"code":"OTHER"}}]}"#,
      kind: nil),
    Row(
      provider: "hubspot", status: 429,
      body: #"{"errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING"}"#, kind: .limit,
      seconds: 10),
    Row(
      provider: "hubspot", status: 429, body: #"{"errorType":"RATE_LIMIT","policyName":"DAILY"}"#,
      kind: .quota, seconds: 3600),
    Row(
      provider: "google", status: 429,
      body: """
        {"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[
        {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED"},
        {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.07s"}]}}
        """, kind: .limit, seconds: 34.07),
    Row(
      provider: "google", status: 403,
      body: #"{"error":{"errors":[{"reason":"userRateLimitExceeded"}]}}"#, kind: .limit,
      scope: .narrowest),
    Row(
      provider: "google", status: 403,
      body: #"{"error":{"errors":[{"reason":"dailyLimitExceeded"}]}}"#, kind: .quota,
      seconds: 3600),
    Row(
      provider: "google", status: 403, body: #"{"error":{"errors":[{"reason":"forbidden"}]}}"#,
      kind: nil),
    Row(
      provider: "aws", status: 400, fields: "x-amz-retry-after: 1500",
      body: #"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}"#, kind: .limit,
      scope: .endpoint, seconds: 1.5),
    Row(
      provider: "aws", status: 400, fields: "x-amzn-ErrorType: TooManyRequestsException:http://x/",
      kind: .limit, scope: .endpoint),
    Row(
      provider: "aws", status: 503,
      body: "<Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>",
      kind: .limit, scope: .endpoint),
    Row(
      provider: "aws", status: 400, body: #"{"__type":"ValidationException"}"#, kind: nil),
    Row(
      provider: "reddit", status: 429,
      fields: "X-Ratelimit-Used: 996\nX-Ratelimit-Remaining: 0.0\nX-Ratelimit-Reset: 137",
      kind: .limit, seconds: 137),
    Row(
      provider: "cloudflare", status: 429,
      fields: "Ratelimit: \"default\";r=0;t=30\nRatelimit-Policy: \"default\";q=1200;w=300",
      kind: .limit, seconds: 30),
    Row(
      provider: "generic", status: 429,
      body: #"{"type":"https://iana.org/assignments/http-problem-types#abnormal-usage-detected"}"#,
      kind: .softBlock, seconds: 60),
    Row(
      provider: "generic", status: 503,
      body:
        #"{"type":"https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"}"#,
      kind: .overload, scope: .api),
  ]

  @Test(arguments: rows)
  func everyCodeMeansWhatItsProviderSays(row: Row) {
    let signal = Answer(row.status, row.fields, row.body).read(row.provider).signal
    #expect(signal?.kind == row.kind)
    guard row.kind != nil else { return }
    #expect(signal?.scope == row.scope)
    #expect(signal?.delay == row.seconds.map { .milliseconds(Int64(($0 * 1000).rounded())) })
  }

  @Test(arguments: Provider.names)
  func failuresAndOverloadAreToldApart(name: String) {
    for status in [500, 502, 504] {
      let signal = Answer(status, "Retry-After: 5").read(name).signal
      #expect(
        signal
          == Signal(
            kind: .failure, scope: .narrowest, delay: .seconds(5), isUnprocessed: false))
    }
    for status in [503, 529] {
      let signal = Answer(status, "Retry-After: 5").read(name).signal
      #expect(
        signal == Signal(kind: .overload, scope: .api, delay: .seconds(5), isUnprocessed: false))
    }
    for status in [200, 201, 204, 301, 304, 400, 404, 409, 422] {
      #expect(Answer(status, "Retry-After: 5").read(name).signal == nil)
    }
    #expect(Answer(429, "Retry-After: 5").read(name).signal?.delay == .seconds(5))
  }
}
