import Emulation
import Limits
import Seeding
import Testing
import Timekeeping

@Suite struct EmulatedGenericTests {
  @Test func itSaysNothingUntilItRefuses() {
    var emulator = Emulator(.generic, allow: Rate(allow: 2, per: .seconds(5)))
    let accepted = emulator.send(times: 2, "GET", "/", ["authorization": "Bearer a"])
    #expect(accepted.status == 200 && accepted.text == #"{"ok":true}"#)
    let common = ["Date: Sat, 28 Feb 2026 12:00:00 GMT", "Content-Type: application/json"]
    #expect(accepted.lines == common)
    emulator.elapsed = .milliseconds(900)
    let refused = emulator.send("GET", "/", ["authorization": "Bearer a"])
    #expect(refused.status == 429)
    #expect(refused.lines == [common[0], "Retry-After: 5", common[1]])
    #expect(
      refused.text
        == #"{"error":{"code":"rate_limited","message":"Too many requests.","retry_after":5}}"#)
    emulator.elapsed = .seconds(5)
    #expect(emulator.send("GET", "/", ["authorization": "Bearer a"]).status == 200)
  }

  @Test func aCredentialIsAWindowAndAllWithoutOneShareOne() {
    var emulator = Emulator(.generic, allow: Rate(allow: 1, per: .seconds(5)))
    let fields = [
      ["authorization": "Bearer a"], ["authorization": "Bearer b"], ["x-api-key": "c"], [:],
    ]
    #expect(fields.map { emulator.send("GET", "/", $0).status } == [200, 200, 200, 200])
    #expect(fields.map { emulator.send("GET", "/", $0).status } == [429, 429, 429, 429])
    let keys = fields.map { emulator.send("GET", "/", $0).key }
    #expect(keys == ["key-1", "key-2", "key-3", nil])
  }

  @Test func sixtyAMinuteIsTheDefault() {
    var emulator = Emulator(.generic)
    #expect(emulator.send(times: 60, "GET", "/", [:]).status == 200)
    #expect(emulator.send("GET", "/").status == 429)
  }

  @Test func limitsOfItsOwnReplaceTheUsualOneAndAreNamed() {
    let rate = Rate(allow: 2, per: .seconds(10))
    let kinds: [(StrictLimit.Kind, Int)] = [
      (.tokenBucket(rate), 2), (.slidingWindow(rate), 2), (.fixedWindow(rate), 2),
      (.firstHitWindow(rate), 2), (.twoCounterWindow(rate), 2), (.concurrency(3), 3),
      (.day(61), 61),
    ]
    for (kind, allow) in kinds {
      var emulator = Emulator(.generic) {
        $0.limits = [StrictLimit(name: "own", kind: kind)]
      }
      for _ in 0..<allow {
        let answer = emulator.send("GET", "/", ["x-api-key": "a"], work: .seconds(1))
        #expect(answer.status == 200 && answer.limit == nil, "\(kind)")
      }
      let refused = emulator.send("GET", "/", ["x-api-key": "a"], work: .seconds(1))
      #expect(refused.status == 429 && refused.limit == "own", "\(kind)")
      #expect(emulator.send("GET", "/", ["x-api-key": "b"]).status == 200, "\(kind)")
    }
  }

  @Test(arguments: zip(StrictLimit.Scope.allCases, [[1, 1], [1, 1], [1, 1], [1, 0]]))
  func aLimitCountsWhatItsScopeHasTogether(scope: StrictLimit.Scope, accepted: [Int]) {
    var emulator = Emulator(.generic) {
      $0.limits = [StrictLimit(name: "own", kind: .day(1), scope: scope)]
    }
    let requests = [
      ("/1", ["x-api-key": "a", "x-account-id": "x"]),
      ("/2", ["x-api-key": "b", "x-account-id": "y"]),
    ]
    let first = requests.map { emulator.send("GET", $0.0, $0.1).status == 200 ? 1 : 0 }
    #expect(first == accepted)
    #expect(requests.map { emulator.send("GET", $0.0, $0.1).status } == [429, 429])
  }

  @Test func theUsualLimitStaysBesideOthersWhenItIsAskedFor() {
    var emulator = Emulator(.generic) {
      $0.allow = Rate(allow: 1, per: .seconds(5))
      $0.limits = [StrictLimit(name: "own", kind: .day(2))]
    }
    let limits = (0..<5).map { _ in
      defer { emulator.elapsed += .milliseconds(2_500) }
      return emulator.send().limit
    }
    #expect(limits == [nil, "window", nil, "window", "own"])
  }

  /// All but Shop, which says no delay and refuses without a reason.
  static let telling = ProviderKind.allCases.filter { $0 != .tiktokShop }

  @Test(arguments: telling, [nil, Duration.seconds(3)])
  func whoWaitsAsToldIsNeverRefusedTwice(kind: ProviderKind, penalty: Duration?) throws {
    for rejectsCount in [false, true] {
      var emulator = Emulator(kind) {
        $0.allow = Rate(allow: 5, per: .seconds(7))
        $0.rejectsCount = rejectsCount
        $0.penalty = penalty
        $0.seed = 3
      }
      let fields = ["authorization": "Bearer a", "x-api-key": "a", "soku-api-key": "a"]
      var refusals = 0
      var random = SplitMix64(seed: 9)
      for round in 0..<500 {
        emulator.elapsed += .milliseconds(Int64.random(in: 0...900, using: &random))
        let answer = emulator.send("GET", "/v1/x", fields)
        guard answer.status == 429 else { continue }
        refusals += 1
        emulator.elapsed += try #require(emulator.wait(of: answer), "\(kind), round \(round)")
        #expect(emulator.send("GET", "/v1/x", fields).status == 200, "seed 9, round \(round)")
      }
      #expect(refusals > 20)
    }
  }
}
