import Emulation
import Feedback
import Limits
import Testing
import Timekeeping

/// TokPortal's idempotency keys, credits and limits of the account.
@Suite struct TokPortalWritesTests {
  static let bundles = "/api/ext/bundles"
  static let videos = "/api/ext/bundles/bnd_1/videos"

  static func key(_ idempotencyKey: String, of owner: String = "one") -> [String: String] {
    ["x-api-key": "sk_\(owner)", "idempotency-key": idempotencyKey]
  }

  static func error(_ answer: EmulatedAnswer) -> String? {
    let scanner = JSONScanner(answer.body)
    guard case .string(let code) = scanner.scalar(at: ["error", "code"]) else { return nil }
    return code
  }

  @Test func theSameRequestIsAnsweredAgainAndNotExecutedAgain() {
    var emulator = Emulator(.tokportal) { $0.credits = 100 }
    let first = emulator.send("POST", Self.bundles, Self.key("a"), body: "{}")
    #expect(first.status == 200 && !first.lines.contains("Idempotent-Replayed: true"))
    emulator.elapsed = .seconds(86_399)
    let again = emulator.send("POST", Self.bundles, Self.key("a"), body: "{}")
    #expect(again.status == 200 && again.text == first.text)
    #expect(again.lines.contains("Idempotent-Replayed: true"))
    // A replay takes a place all the same: it is a request.
    #expect(again.lines.contains("X-RateLimit-Remaining: 119"))
    emulator.elapsed = .seconds(86_400)
    let later = emulator.send("POST", Self.bundles, Self.key("a"), body: "{}")
    #expect(later.text != first.text && !later.lines.contains("Idempotent-Replayed: true"))
    // Two bundles were made, not three: 50 credits are left, enough for 25 videos.
    for _ in 0..<25 { #expect(emulator.send("POST", Self.videos, Self.key("")).status == 200) }
    #expect(emulator.send("POST", Self.videos, Self.key("")).status == 402)
  }

  @Test(arguments: [
    ("PUT", bundles, "{}"), ("POST", videos, "{}"), ("POST", bundles, "{ }"),
    ("POST", bundles, ""),
  ])
  func anotherRequestMayNotUseTheKey(method: String, target: String, body: String) {
    var emulator = Emulator(.tokportal)
    _ = emulator.send("POST", Self.bundles, Self.key("a"), body: "{}")
    let reused = emulator.send(method, target, Self.key("a"), body: body)
    #expect(reused.status == 409 && Self.error(reused) == "IDEMPOTENCY_KEY_REUSED")
    #expect(reused.limit == nil)
    #expect(emulator.send(method, target, Self.key("a", of: "two"), body: body).status == 200)
  }

  @Test func whileTheFirstIsProcessedTheSecondIsTurnedAway() {
    var emulator = Emulator(.tokportal)
    let first = emulator.send("POST", Self.bundles, Self.key("a"), work: .milliseconds(300))
    emulator.elapsed = .milliseconds(299)
    let second = emulator.send("POST", Self.bundles, Self.key("a"))
    #expect(second.status == 409 && Self.error(second) == "IDEMPOTENCY_KEY_IN_PROGRESS")
    emulator.elapsed = .milliseconds(300)
    #expect(emulator.send("POST", Self.bundles, Self.key("a")).text == first.text)
  }

  @Test(arguments: [(255, 200), (256, 400)]) func aKeyHas255CharactersAtMost(
    length: Int, status: Int
  ) {
    var emulator = Emulator(.tokportal)
    let fields = Self.key(String(repeating: "k", count: length))
    let answer = emulator.send("POST", Self.bundles, fields)
    #expect(answer.status == status)
    #expect(Self.error(answer) == (status == 400 ? "IDEMPOTENCY_KEY_TOO_LONG" : nil))
    // What reads has no use for such a key.
    #expect(emulator.send("GET", Self.bundles, fields).status == 200)
  }

  @Test func aRefusedRequestLeavesItsKeyFreshAndItsCreditsAlone() {
    var emulator = Emulator(.tokportal) {
      $0.allow = Rate(allow: 1, per: .seconds(1))
      $0.credits = 2
    }
    _ = emulator.send("GET", "/", Self.key("a"))
    #expect(emulator.send("POST", Self.videos, Self.key("a")).status == 429)
    emulator.elapsed = .seconds(1)
    let answer = emulator.send("POST", Self.videos, Self.key("a"))
    #expect(answer.status == 200 && !answer.lines.contains("Idempotent-Replayed: true"))
    emulator.elapsed = .seconds(2)
    let exhausted = emulator.send("POST", Self.videos, Self.key("b"))
    #expect(exhausted.status == 402 && exhausted.limit == nil)
    #expect(
      exhausted.text.hasSuffix(#""details":{"required":2,"available":0}}}"#), "\(exhausted.text)")
    emulator.elapsed = .seconds(3)
    #expect(emulator.send("GET", Self.videos, Self.key("b")).status == 200)
  }

  @Test(arguments: [
    ("POST", bundles, 25), ("POST", "/api/ext/bundles/", 25), ("POST", videos, 2),
    ("POST", "/api/ext/bundles/bnd_1/warming", 7), ("GET", videos, 0), ("DELETE", videos, 0),
    ("POST", "/api/ext/bundles/bnd_1/videos/1/sound", 0), ("POST", "/api/ext/other", 0),
  ])
  func whatARequestCosts(method: String, target: String, price: Int) {
    for credits in [price - 1, price] where credits >= 0 {
      var emulator = Emulator(.tokportal) { $0.credits = credits }
      let answer = emulator.send(method, target, ["x-api-key": "one"])
      #expect(answer.status == (credits < price ? 402 : 200), "\(credits) credits")
    }
  }

  @Test func aBundleTakesSoManyWritesOfAllKeysAndTheBodySaysSo() {
    var emulator = Emulator(.tokportal) { $0.accountAllow = Rate(allow: 2, per: .seconds(60)) }
    for owner in ["one", "two"] {
      #expect(emulator.send("POST", Self.videos, Self.key("", of: owner)).status == 200)
    }
    let refused = emulator.send("POST", Self.videos, Self.key("", of: "three"))
    #expect(refused.status == 429 && refused.limit == "account")
    #expect(refused.lines.contains("X-RateLimit-Remaining: 119"))
    #expect(refused.lines.contains("Retry-After: 60"))
    #expect(refused.text.hasSuffix(#""details":{"retry_after_seconds":61,"limit":"account"}}}"#))
    #expect(emulator.send("GET", Self.videos, Self.key("")).status == 200)
    let other = "/api/ext/bundles/bnd_2/videos"
    #expect(emulator.send("POST", other, Self.key("")).status == 200)
    emulator.elapsed = .seconds(60)
    #expect(emulator.send("POST", Self.videos, Self.key("")).status == 200)
  }
}
