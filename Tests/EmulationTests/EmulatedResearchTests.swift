import Emulation
import Limits
import Testing
import Timekeeping

@Suite struct EmulatedResearchTests {
  static let query = "/v2/research/video/query/?fields=id"

  static func token(_ name: String) -> [String: String] { ["authorization": "Bearer \(name)"] }

  static func records(_ answer: EmulatedAnswer) -> Int {
    answer.text.split(separator: #"{"id":"#, omittingEmptySubsequences: false).count - 1
  }

  @Test func aThousandRequestsADayUntilMidnightUTC() {
    var emulator = Emulator(.tiktokResearch)
    let first = emulator.send("POST", Self.query, Self.token("a"), body: #"{"max_count":1}"#)
    #expect(first.status == 200 && Self.records(first) == 1)
    // The clock begins at noon.
    #expect(
      Array(first.lines[1...2]) == ["X-RateLimit-Remaining: 999", "X-RateLimit-Reset: 1772323200"])
    for _ in 1..<1000 {
      emulator.elapsed += .seconds(1)
      #expect(
        emulator.send("POST", Self.query, Self.token("a"), body: #"{"max_count":1}"#).status == 200)
    }
    let refused = emulator.send("POST", Self.query, Self.token("a"))
    #expect(refused.status == 429 && refused.limit == "requests")
    #expect(refused.lines[2] == "X-RateLimit-Reset: 1772323200")
    #expect(emulator.send("POST", Self.query, Self.token("b")).status == 200)
    emulator.elapsed = .seconds(12 * 3600)
    #expect(emulator.send("POST", Self.query, Self.token("a")).status == 200)
  }

  @Test func recordsAreKnownFromTheAnswerAndNeverMoreThanTheDayHas() {
    var emulator = Emulator(.tiktokResearch) {
      $0.allow = Rate(allow: 10_000, per: .seconds(86_400))
    }
    var total = 0
    var sizes: Set<Int> = []
    while true {
      let answer = emulator.send("POST", Self.query, Self.token("a"), body: #"{"max_count":100}"#)
      guard answer.status == 200 else {
        #expect(answer.status == 429 && answer.limit == "records")
        #expect(emulator.wait(of: answer) == .seconds(12 * 3600))
        break
      }
      let records = Self.records(answer)
      #expect((1...100).contains(records))
      sizes.insert(records)
      total += records
    }
    #expect(total == 100_000)
    #expect(sizes.count > 90)
    emulator.elapsed = .seconds(12 * 3600)
    #expect(emulator.send("POST", Self.query, Self.token("a")).status == 200)
  }

  @Test(arguments: [(#"{"max_count":0}"#, 400), (#"{"max_count":101}"#, 400), ("{}", 200)])
  func aPageHasAHundredRecordsAtMost(body: String, status: Int) {
    var emulator = Emulator(.tiktokResearch)
    let answer = emulator.send("POST", Self.query, Self.token("a"), body: body)
    #expect(answer.status == status && Self.records(answer) <= 20)
    #expect(answer.text.contains("invalid_params") == (status == 400))
    #expect(emulator.send("POST", Self.query).status == 401)
  }
}
