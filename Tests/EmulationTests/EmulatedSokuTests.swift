import Emulation
import Limits
import Testing
import Timekeeping

@Suite struct EmulatedSokuTests {
  static let key = ["soku-api-key": "sk_live_one"]

  @Test func anAcceptedRequestHasTheFourFields() {
    var emulator = Emulator(.soku)
    emulator.elapsed = .milliseconds(123)
    let answer = emulator.send("GET", "/v1/posts", Self.key)
    #expect(answer.status == 200)
    #expect(
      answer.lines == [
        "Date: Sat, 28 Feb 2026 12:00:00 GMT", "X-RateLimit-Limit: 100",
        "X-RateLimit-Remaining: 99", "X-RateLimit-Reset: 2026-02-28T12:01:00.123Z",
        "X-RateLimit-Tier: premium", "Content-Type: application/json",
      ])
  }

  /// The sample of the documents, its Reset 72 s away included.
  @Test func aRefusalIsTheDocumentedOne() throws {
    var emulator = Emulator(.soku)
    emulator.elapsed = .seconds(-48)
    _ = emulator.send(times: 100, "GET", "/v1/profile", Self.key)
    emulator.elapsed = .zero
    let answer = emulator.send("GET", "/v1/profile", Self.key)
    #expect(answer.status == 429)
    #expect(
      answer.lines == [
        "Date: Sat, 28 Feb 2026 12:00:00 GMT", "Retry-After: 12", "X-RateLimit-Limit: 100",
        "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 2026-02-28T12:01:12.000Z",
        "X-RateLimit-Tier: premium", "Content-Type: application/json",
      ])
    let head =
      #"{"error":{"type":"invalid_request_error","code":"rate_limit_exceeded","#
      + #""message":"Rate limit exceeded. Please retry after 12 seconds.","#
      + #""timestamp":"2026-02-28T12:00:00.000Z","requestId":"req_"#
    let tail = #"","details":{"retryAfter":12,"limit":100,"tier":"premium"}}}"#
    #expect(answer.text.hasPrefix(head) && answer.text.hasSuffix(tail))
    #expect(answer.text.utf8.count == head.utf8.count + 12 + tail.utf8.count)
  }

  @Test(arguments: [
    ("/v1/posts", 30), ("/v1/media", 30), ("/v1/ai/transcribe", 10), ("/v1/templates", 20),
    ("/v1/media/render-og", 20),
  ])
  func anEndpointsLimitIsHiddenFromTheFields(path: String, limit: Int) {
    var emulator = Emulator(.soku)
    #expect(emulator.send(times: limit, "POST", path, Self.key).status == 200)
    let answer = emulator.send("POST", path, Self.key)
    #expect(answer.status == 429)
    #expect(answer.lines.contains("Retry-After: 60"))
    #expect(answer.lines.contains("X-RateLimit-Limit: 100"))
    #expect(answer.lines.contains("X-RateLimit-Remaining: \(100 - limit - 1)"))
    let details = #""details":{"retryAfter":60,"limit":\#(limit),"tier":"premium"}"#
    #expect(answer.text.contains(details))
    #expect(answer.limit == path)
    #expect(emulator.send("GET", path, Self.key).status == 200)
    #expect(emulator.send("POST", path, ["soku-api-key": "other"]).status == 200)
    emulator.elapsed = .seconds(60)
    #expect(emulator.send("POST", path, Self.key).status == 200)
  }

  @Test func requestsWithoutAKeyShareTheDefaultTier() {
    var emulator = Emulator(.soku)
    let first = emulator.send("GET", "/v1/profile")
    #expect(first.status == 401)
    #expect(first.lines.contains("X-RateLimit-Limit: 25"))
    #expect(first.lines.contains("X-RateLimit-Tier: default"))
    #expect(first.text.hasPrefix(#"{"error":{"type":"authentication_error","#))
    let refused = emulator.send(times: 25, "GET", "/v1/profile", [:])
    #expect(refused.status == 429)
    #expect(refused.text.hasSuffix(#""details":{"retryAfter":60,"limit":25,"tier":"default"}}}"#))
  }

  @Test func allowReplacesTheTiersLimitOnly() {
    var emulator = Emulator(.soku, allow: Rate(allow: 3, per: .seconds(5)))
    let refused = emulator.send(times: 4, "GET", "/v1/profile", Self.key)
    #expect(refused.lines.contains("X-RateLimit-Limit: 3"))
    #expect(refused.lines.contains("Retry-After: 5"))
    #expect(refused.lines.contains("X-RateLimit-Reset: 2026-02-28T12:00:10.000Z"))
  }
}
