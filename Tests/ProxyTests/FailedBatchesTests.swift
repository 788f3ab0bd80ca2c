import Testing
import Timekeeping

@testable import Proxy

@Suite struct FailedBatchesTests {
  private let start = Instant(nanoseconds: 1_000_000_000)

  private func key(_ name: String, caller: String = "me") -> FailedBatches.Key {
    FailedBatches.Key(api: 0, lane: 0, caller: caller, name: name)
  }

  private func answer(_ status: Int, bytes: Int = 10) -> Problem.ProviderAnswer {
    Problem.ProviderAnswer(
      status: status, contentType: "text/plain", body: [UInt8](repeating: 7, count: bytes))
  }

  @Test func `a batch's answer is told for ten minutes, to its own caller alone`() {
    var batches = FailedBatches()
    batches.keep(answer(422), of: key("a"), at: start)
    #expect(batches.answer(of: key("a"), at: start + .seconds(599))?.status == 422)
    #expect(batches.answer(of: key("a"), at: start + .seconds(600)) == nil)
    #expect(batches.answer(of: key("a", caller: "you"), at: start) == nil)
    #expect(batches.answer(of: key("b"), at: start) == nil)
  }

  @Test func `the latest answer counts`() {
    var batches = FailedBatches()
    batches.keep(answer(500), of: key("a"), at: start)
    batches.keep(answer(422), of: key("a"), at: start + .seconds(300))
    #expect(batches.answer(of: key("a"), at: start + .seconds(700))?.status == 422)
  }

  @Test func `beyond a thousand the oldest is forgotten`() {
    var batches = FailedBatches()
    for number in 0...1000 { batches.keep(answer(400), of: key("\(number)"), at: start) }
    #expect(batches.answer(of: key("0"), at: start) == nil)
    for number in 1...1000 {
      #expect(batches.answer(of: key("\(number)"), at: start) != nil, "batch \(number)")
    }
  }

  @Test func `answers together stay below four mebibytes`() {
    var batches = FailedBatches()
    for number in 0..<300 {
      batches.keep(answer(400, bytes: 16 << 10), of: key("\(number)"), at: start)
    }
    let left = (0..<300).count { batches.answer(of: key("\($0)"), at: start) != nil }
    #expect(left == FailedBatches.mostBytes / (16 << 10))
    #expect(batches.answer(of: key("299"), at: start) != nil)
  }

  @Test func `a batch that fails again and again keeps one place`() {
    var batches = FailedBatches()
    batches.keep(answer(401), of: key("other"), at: start)
    for _ in 0..<1500 { batches.keep(answer(400), of: key("a"), at: start) }
    #expect(batches.answer(of: key("a"), at: start)?.status == 400)
    #expect(batches.answer(of: key("other"), at: start)?.status == 401)
  }
}
