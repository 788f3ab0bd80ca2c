import Emulation
import Feedback
import Limits
import Testing
import Timekeeping

@Suite struct EmulatedTikTokTests {
  static func token(_ name: String) -> [String: String] { ["authorization": "Bearer \(name)"] }
  static let publish = "/v2/post/publish/video/init/"

  @Test func anEndpointTakesSixHundredAMinuteOfTheWholeApp() {
    var emulator = Emulator(.tiktok)
    let first = emulator.send("GET", "/v2/user/info/?fields=id", Self.token("a"))
    #expect(first.status == 200)
    #expect(
      first.lines == [
        "Date: Sat, 28 Feb 2026 12:00:00 GMT", "X-RateLimit-Remaining: 599",
        "X-RateLimit-Reset: 1772280060", "Content-Type: application/json",
      ])
    for index in 1..<600 {
      #expect(emulator.send("GET", "/v2/user/info/", Self.token("\(index)")).status == 200)
    }
    emulator.elapsed = .milliseconds(500)
    let refused = emulator.send("GET", "/v2/user/info/", Self.token("z"))
    #expect(refused.status == 429)
    #expect(
      refused.lines == [
        "Date: Sat, 28 Feb 2026 12:00:00 GMT", "X-RateLimit-Remaining: 0",
        "X-RateLimit-Reset: 1772280060", "Content-Type: application/json",
      ])
    #expect(refused.read(.tiktok) == Signal(scope: .narrowest, delay: .seconds(60)))
    #expect(emulator.send("GET", "/v2/video/list/", Self.token("a")).status == 200)
    emulator.elapsed = .seconds(60)
    #expect(emulator.send("GET", "/v2/user/info/", Self.token("z")).status == 200)
  }

  @Test func publishingTakesSixAMinuteOfAToken() {
    var emulator = Emulator(.tiktok)
    #expect(emulator.send(times: 6, "POST", Self.publish, Self.token("a")).status == 200)
    let refused = emulator.send("POST", "/v2/post/publish/content/init/", Self.token("a"))
    #expect(refused.status == 429)
    #expect(emulator.send("POST", Self.publish, Self.token("b")).status == 200)
    #expect(emulator.send("GET", Self.publish, Self.token("a")).status == 200)
    #expect(emulator.send("POST", "/v2/post/publisher", Self.token("a")).status == 200)
  }

  @Test func theFieldsShowTheScarcerOfTwoLimits() {
    var emulator = Emulator(.tiktok, allow: Rate(allow: 4, per: .seconds(60)))
    let remaining = (0..<4).map { _ in
      emulator.send("POST", Self.publish, Self.token("a")).lines[1]
    }
    #expect(remaining == (0..<4).reversed().map { "X-RateLimit-Remaining: \($0)" })
    #expect(emulator.send("POST", Self.publish, Self.token("b")).status == 429)
    var wide = Emulator(.tiktok)
    let answer = wide.send("POST", Self.publish, Self.token("a"))
    #expect(answer.lines[1] == "X-RateLimit-Remaining: 5")
  }

  @Test func aRefusalHasTheDocumentedShapeAndALogIDThatFollowsFromTheSeed() throws {
    var bodies: [String] = []
    for seed in [UInt64(1), 1, 2] {
      var emulator = Emulator(.tiktok, seed: seed)
      bodies.append(emulator.send(times: 7, "POST", Self.publish, Self.token("a")).text)
    }
    let head =
      #"{"error":{"code":"rate_limit_exceeded","message":"The API rate limit was exceeded. "#
      + #"Please try again later.","log_id":"20260228120000"#
    for body in bodies {
      #expect(body.hasPrefix(head) && body.hasSuffix(#""}}"#))
      #expect(body.utf8.count == head.utf8.count + 18 + 3)
    }
    #expect(bodies[0] == bodies[1] && bodies[0] != bodies[2])
  }

  @Test(arguments: [[:], ["authorization": "Basic abc"], ["authorization": "Bearer "]])
  func aRequestWithoutATokenIsRefusedForGood(fields: [String: String]) {
    var emulator = Emulator(.tiktok)
    let answer = emulator.send("GET", "/v2/user/info/", fields)
    #expect(answer.status == 401 && answer.key == nil && answer.account == nil)
    #expect(answer.text.hasPrefix(#"{"error":{"code":"access_token_invalid","message":"#))
  }

  @Test func theTokenIsTheAccountAndOnlyItsLabelIsTold() {
    var emulator = Emulator(.tiktok)
    let labels = ["secret-a", "secret-b", "secret-a"].map { name in
      emulator.send("GET", "/v2/user/info/", Self.token(name))
    }
    #expect(labels.map(\.key) == ["key-1", "key-2", "key-1"])
    #expect(labels.map(\.account) == ["key-1", "key-2", "key-1"])
    #expect(labels.allSatisfy { !$0.text.contains("secret") })
  }
}
