import Emulation
import Feedback
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
    #expect(refused.read(.generic) == Signal(scope: .key, delay: .seconds(5)))
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

  @Test(arguments: ProviderKind.allCases)
  func whoWaitsAsToldIsNeverRefusedTwice(kind: ProviderKind) throws {
    let dialect = try #require(Dialect.named(kind.rawValue))
    for rejectsCount in [false, true] {
      var emulator = Emulator(
        kind, allow: Rate(allow: 5, per: .seconds(7)), rejectsCount: rejectsCount, seed: 3)
      let fields = ["authorization": "Bearer a", "x-api-key": "a", "soku-api-key": "a"]
      var refusals = 0
      var random = SplitMix64(seed: 9)
      for round in 0..<500 {
        emulator.elapsed += .milliseconds(Int64.random(in: 0...900, using: &random))
        let answer = emulator.send("GET", "/v1/x", fields)
        guard answer.status == 429 else { continue }
        refusals += 1
        let signal = try #require(answer.read(dialect), "\(kind), seed 9, round \(round)")
        emulator.elapsed += try #require(signal.delay)
        #expect(emulator.send("GET", "/v1/x", fields).status == 200, "seed 9, round \(round)")
      }
      #expect(refusals > 20)
    }
  }
}
