import Emulation
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
      emulator.elapsed = .milliseconds(10 * index)
      #expect(emulator.send("GET", "/v2/user/info/", Self.token("\(index)")).status == 200)
    }
    emulator.elapsed = .milliseconds(6500)
    let refused = emulator.send("GET", "/v2/user/info/", Self.token("z"))
    #expect(refused.status == 429)
    #expect(
      refused.lines == [
        "Date: Sat, 28 Feb 2026 12:00:06 GMT", "X-RateLimit-Remaining: 0",
        "X-RateLimit-Reset: 1772280060", "Content-Type: application/json",
      ])
    #expect(refused.limit == "endpoint")
    #expect(emulator.wait(of: refused) == .milliseconds(53_500))
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

  @Test func statusRequestsTakeThirtyAMinuteOfATokenAndNoPost() {
    var emulator = Emulator(.tiktok)
    let status = "/v2/post/publish/status/fetch/"
    let first = emulator.send("POST", status, Self.token("a"))
    #expect(first.lines[1] == "X-RateLimit-Remaining: 29")
    #expect(emulator.send(times: 29, "POST", status, Self.token("a")).status == 200)
    #expect(emulator.send("POST", status, Self.token("a")).limit == "status")
    #expect(emulator.send("POST", status, Self.token("b")).status == 200)
    #expect(emulator.send("POST", Self.publish, Self.token("a")).status == 200)
  }

  @Test func moreThanFiftyRequestsInAQuarterOfASecondAreASpike() {
    var emulator = Emulator(.tiktok)
    for index in 0..<50 {
      #expect(emulator.send("GET", "/v2/video/list/", Self.token("\(index)")).status == 200)
    }
    let refused = emulator.send("GET", "/v2/user/info/", Self.token("z"))
    #expect(refused.status == 429 && refused.limit == "spikes")
    #expect(refused.lines[1] == "X-RateLimit-Remaining: 0")
    emulator.elapsed = .milliseconds(4_999)
    #expect(emulator.send("GET", "/v2/user/info/", Self.token("z")).limit == "spikes")
    emulator.elapsed = .seconds(20)
    #expect(emulator.send("GET", "/v2/user/info/", Self.token("z")).status == 200)
  }

  @Test(arguments: [15, 25]) func theDayOfAnAccountHasACapThatAllItsClientsShare(cap: Int) {
    var emulator = Emulator(.tiktok) { $0.dailyCap = cap }
    for index in 0..<cap {
      emulator.elapsed += .seconds(11)
      var fields = Self.token("\(index % 3)")
      fields["x-account-id"] = "user-1"
      let answer = emulator.send("POST", Self.publish, fields)
      #expect(answer.status == 200 && answer.account == "user-1", "post \(index)")
    }
    emulator.elapsed += .seconds(11)
    let fields = Self.token("z").merging(["x-account-id": "user-1"]) { one, _ in one }
    let refused = emulator.send("POST", Self.publish, fields)
    #expect(refused.status == 403 && refused.limit == "day")
    #expect(refused.text.hasPrefix(#"{"error":{"code":"spam_risk_too_many_posts","message":"The"#))
    #expect(emulator.send("GET", "/v2/user/info/", fields).status == 200)
    #expect(emulator.send("POST", Self.publish, Self.token("other")).status == 200)
    // The day begins anew at 00:00 UTC, twelve hours after the clock's beginning.
    emulator.elapsed = .seconds(12 * 3600)
    #expect(emulator.send("POST", Self.publish, fields).status == 200)
  }

  @Test func anAccountsCapIsDrawnOnceFromFifteenToTwentyFive() {
    var caps: [Int: Int] = [:]
    for account in 0..<200 {
      var emulator = Emulator(.tiktok, seed: 5)
      var posts = 0
      while emulator.send("POST", Self.publish, Self.token("\(account)")).status == 200 {
        posts += 1
        emulator.elapsed += .seconds(11)
      }
      caps[posts, default: 0] += 1
    }
    #expect(Set(caps.keys) == Set(15...25), "seed 5: \(caps)")
  }

  @Test func hammeringWhileRestrictedLengthensTheRestriction() {
    var emulator = Emulator(.tiktok)
    _ = emulator.send(times: 6, "POST", Self.publish, Self.token("a"))
    #expect(emulator.send("POST", Self.publish, Self.token("a")).status == 429)
    // The window opens after a minute; each request at its end moves the end: 10, 20, 40 s.
    for (second, next) in [(59, 69), (68, 88), (87, 127)] {
      emulator.elapsed = .seconds(second)
      let refused = emulator.send("POST", Self.publish, Self.token("a"))
      #expect(refused.limit == "publish")
      #expect(refused.lines[2] == "X-RateLimit-Reset: \(1_772_280_000 + next)")
    }
    emulator.elapsed = .seconds(126)
    #expect(emulator.send("POST", Self.publish, Self.token("b")).status == 200)
    emulator.elapsed = .seconds(127)
    #expect(emulator.send("POST", Self.publish, Self.token("a")).status == 200)
  }
}
