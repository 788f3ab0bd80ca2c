import Emulation
import Limits
import Testing
import Timekeeping

@Suite struct SokuTierTests {
  static let key = EmulatedSokuTests.key

  static func accepted(_ emulator: inout Emulator, _ count: Int, _ fields: [String: String]) -> Int
  {
    (0..<count).count { _ in emulator.send("GET", "/v1/profile", fields).status == 200 }
  }

  @Test(arguments: [(SokuTier.authenticated, 60), (.premium, 100), (.admin, 200)])
  func aTierAllowsSoManyAMinute(tier: SokuTier, allow: Int) {
    var emulator = Emulator(.soku) { $0.tier = tier }
    let first = emulator.send("GET", "/v1/profile", Self.key)
    #expect(first.lines.contains("X-RateLimit-Limit: \(allow)"))
    #expect(first.lines.contains("X-RateLimit-Tier: \(tier.rawValue)"))
    #expect(Self.accepted(&emulator, 1000, Self.key) == allow - 1)
    let refused = emulator.send("GET", "/v1/profile", Self.key)
    #expect(refused.limit == "tier")
    let details = #""details":{"retryAfter":60,"limit":\#(allow),"tier":"\#(tier.rawValue)"}"#
    #expect(refused.text.contains(details))
  }

  @Test func aBurstComesOnTopAndIsNoCapacity() {
    var emulator = Emulator(.soku) { $0.burst = 100 }
    #expect(Self.accepted(&emulator, 300, Self.key) == 200)
    emulator.elapsed = .seconds(60)
    // A tenth of the burst is back: who always exceeds the tier is throttled.
    #expect(Self.accepted(&emulator, 300, Self.key) == 110)
    let refused = emulator.send("GET", "/v1/profile", Self.key)
    #expect(refused.lines.contains("X-RateLimit-Limit: 100"))
    #expect(refused.lines.contains("X-RateLimit-Remaining: 0"))
  }

  @Test func aTierChangesWhileKeysAreInUseAndWhatWasCountedStays() {
    var emulator = Emulator(.soku)
    let other = ["soku-api-key": "two"]
    #expect(Self.accepted(&emulator, 40, Self.key) == 40)
    #expect(Self.accepted(&emulator, 1, other) == 1)
    let one = emulator.provider.setTier(.authenticated, ofKey: "key-1")
    #expect(Self.accepted(&emulator, 100, Self.key) == 20)
    #expect(Self.accepted(&emulator, 100, other) == 99)
    let all = emulator.provider.setTier(.admin, ofKey: nil)
    #expect(one && all)
    #expect(Self.accepted(&emulator, 200, Self.key) == 140)
    #expect(Self.accepted(&emulator, 200, other) == 100)
    let unknown = emulator.provider.setTier(.admin, ofKey: "key-3")
    #expect(!unknown)
    var others = Emulator(.tokportal)
    let tierless = others.provider.setTier(.admin, ofKey: nil)
    #expect(!tierless)
  }

  @Test func aKeyOfTheDefaultTierIsInvalid() {
    var emulator = Emulator(.soku) { $0.tier = .default }
    let answer = emulator.send("GET", "/v1/profile", Self.key)
    #expect(answer.status == 401 && answer.lines.contains("X-RateLimit-Tier: default"))
    #expect(emulator.send(times: 25, "GET", "/v1/profile", Self.key).status == 429)
    #expect(emulator.send("GET", "/v1/profile", [:]).status == 401)
  }

  @Test func threeEndpointLimitsAndTheTierHoldAtOnce() {
    var emulator = Emulator(.soku)
    var counts: [String: Int] = [:]
    for path in ["/v1/posts", "/v1/media", "/v1/ai/transcribe", "/v1/templates"] {
      for _ in 0..<31 {
        let answer = emulator.send("POST", path, Self.key)
        counts["\(path) \(answer.limit ?? "ok")", default: 0] += 1
      }
    }
    #expect(
      counts == [
        "/v1/posts ok": 30, "/v1/posts /v1/posts": 1, "/v1/media ok": 30,
        "/v1/media /v1/media": 1, "/v1/ai/transcribe ok": 10,
        "/v1/ai/transcribe /v1/ai/transcribe": 21, "/v1/templates ok": 7, "/v1/templates tier": 24,
      ])
  }
}
