import Emulation
import Limits
import Testing
import Timekeeping

@Suite struct EmulatedTokPortalTests {
  static let key = ["x-api-key": "sk_test_one"]

  @Test func anAcceptedRequestStatesWhatIsLeftAndWhenTheBucketIsFull() {
    var emulator = Emulator(.tokportal)
    let answer = emulator.send("GET", "/api/ext/bundles?page=2", Self.key)
    #expect(answer.status == 200)
    #expect(
      answer.lines == [
        "Date: Sat, 28 Feb 2026 12:00:00 GMT", "X-RateLimit-Limit: 120",
        "X-RateLimit-Remaining: 119", "X-RateLimit-Reset: 1772280001",
        "Content-Type: application/json",
      ])
    #expect(answer.text.hasPrefix(#"{"data":{"id":"bnd_"#))
  }

  @Test func aRefusalIsTheDocumentedOne() {
    var emulator = Emulator(.tokportal)
    let answer = emulator.send(times: 121, "POST", "/api/ext/bundles", Self.key)
    #expect(answer.status == 429)
    #expect(
      answer.lines == [
        "Date: Sat, 28 Feb 2026 12:00:00 GMT", "X-RateLimit-Limit: 120",
        "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1772280060", "Retry-After: 1",
        "Content-Type: application/json",
      ])
    #expect(
      answer.text
        == #"{"error":{"code":"RATE_LIMIT_EXCEEDED","message":"Too many requests. "#
        + #"Please slow down.","details":{"retry_after_seconds":2}}}"#)
    #expect(answer.limit == "key")
  }

  @Test func keysHaveBucketsOfTheirOwnAndRefillTwoASecond() {
    var emulator = Emulator(.tokportal)
    _ = emulator.send(times: 120, "GET", "/", Self.key)
    #expect(emulator.send("GET", "/", ["x-api-key": "sk_test_two"]).status == 200)
    emulator.elapsed = .milliseconds(499)
    #expect(emulator.send("GET", "/", Self.key).status == 429)
    emulator.elapsed = .milliseconds(500)
    #expect(emulator.send("GET", "/", Self.key).status == 200)
    #expect(emulator.send("GET", "/", Self.key).status == 429)
  }

  @Test func allowAndBurstReplaceTheMainLimit() {
    var emulator = Emulator(.tokportal, allow: Rate(allow: 30, per: .seconds(60)), burst: 2)
    #expect(emulator.send("GET", "/", Self.key).lines.contains("X-RateLimit-Limit: 2"))
    #expect(emulator.send("GET", "/", Self.key).status == 200)
    let answer = emulator.send("GET", "/", Self.key)
    #expect(answer.lines.contains("Retry-After: 2"))
    var unnamed = Emulator(.tokportal, allow: Rate(allow: 30, per: .seconds(60)))
    #expect(unnamed.send("GET", "/", Self.key).lines.contains("X-RateLimit-Remaining: 29"))
  }

  @Test func aRequestWithoutAKeyIsUnauthorizedAndCountsForNobody() {
    var emulator = Emulator(.tokportal)
    for fields in [[:], ["x-api-key": ""], ["authorization": "Bearer x"]] {
      let answer = emulator.send("GET", "/", fields)
      #expect(answer.status == 401)
      #expect(answer.key == nil)
      #expect(answer.lines.allSatisfy { !$0.hasPrefix("X-RateLimit") })
      #expect(answer.text.hasPrefix(#"{"error":{"code":"UNAUTHORIZED","message":"#))
      #expect(answer.limit == nil)
    }
  }

  @Test(arguments: [
    ("/api/ext/bundles/bnd_1/videos", "bnd_1"), ("/api/ext/bundles/bnd_1", "bnd_1"),
    ("/api/ext/bundles/bnd_1?x=/y", "bnd_1"), ("/api/ext/bundles/", nil), ("/api/ext/bundles", nil),
    ("/api/ext/bundles//videos", nil), ("/v1/api/ext/bundles/bnd_1", nil), ("/", nil), ("", nil),
  ])
  func theAccountIsTheBundleInThePath(target: String, account: String?) {
    var emulator = Emulator(.tokportal)
    #expect(emulator.send("GET", target, Self.key).account == account)
    let named = Self.key.merging(["x-account-id": "acc"]) { one, _ in one }
    #expect(emulator.send("GET", target, named).account == account ?? "acc")
  }

  @Test func countedRefusalsPutTheBucketIntoDebt() {
    var emulator = Emulator(
      .tokportal, allow: Rate(allow: 60, per: .seconds(60)), burst: 1, rejectsCount: true)
    _ = emulator.send(times: 2, "GET", "/", Self.key)
    emulator.elapsed = .seconds(1)
    #expect(emulator.send("GET", "/", Self.key).status == 429)
    emulator.elapsed = .seconds(3)
    #expect(emulator.send("GET", "/", Self.key).status == 200)
  }
}
