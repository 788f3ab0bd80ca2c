import Seeding
import Testing

@testable import Emulation

struct UplinkRangeTests {
  @Test(arguments: [
    ("20..100ms", 20, 100), ("50ms", 50, 50), ("0ms", 0, 0), ("0..0ms", 0, 0), ("007ms", 7, 7),
    ("0..3600000ms", 0, 3_600_000),
  ])
  func `A range is two numbers or one, in milliseconds`(
    _ text: String, _ lowest: Int64, _ highest: Int64
  ) throws {
    let range = try UplinkRange.parse(text)
    #expect(range.lowestMilliseconds == lowest)
    #expect(range.highestMilliseconds == highest)
  }

  @Test(arguments: [
    "", "ms", "20", "20..100", "20s", "..100ms", "20..ms", "..ms", "20...100ms", "20..50..100ms",
    "-5ms", "+5ms", "5 ms", " 5ms", "5ms ", "1.5ms", "20ms..100ms", "٣ms", "5MS",
  ])
  func `What is no range is refused with an example of one`(_ text: String) {
    let misread = #expect(throws: UplinkRange.Misread.self) { try UplinkRange.parse(text) }
    let words = misread?.description ?? ""
    #expect(words.hasPrefix("\"\(text)\" is no range of milliseconds, allowed: "), "\(words)")
    #expect(words.contains("20..100ms"))
  }

  @Test func `A range that ends before it begins is shown the right way round`() {
    let misread = #expect(throws: UplinkRange.Misread.self) { try UplinkRange.parse("100..20ms") }
    #expect(
      misread?.description == "\"100..20ms\" ends before it begins, did you mean 20..100ms?")
  }

  @Test(arguments: ["3600001ms", "0..3600001ms", "99999999999999999999ms"])
  func `A delay above an hour is refused with the bounds`(_ text: String) {
    let misread = #expect(throws: UplinkRange.Misread.self) { try UplinkRange.parse(text) }
    #expect(
      misread?.description == "\"\(text)\" is out of range, allowed: 0ms to 3600000ms")
  }

  @Test(arguments: ["20..100ms", "50ms", "0ms"])
  func `A range describes itself as it is written`(_ text: String) throws {
    #expect(try UplinkRange.parse(text).description == text)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `Delays lie between the bounds and spread evenly over them`(_ seed: UInt64) throws {
    let range = try UplinkRange.parse("20..100ms")
    var random = SplitMix64(seed: seed)
    var tenths = Array(repeating: 0, count: 10)
    for _ in 0..<10_000 {
      let delay = range.delay(using: &random)
      #expect(delay >= .milliseconds(20) && delay <= .milliseconds(100), "seed \(seed)")
      tenths[min(9, Int((delay - .milliseconds(20)) / .milliseconds(8)))] += 1
    }
    // 1000 each is expected, with a standard deviation of 30.
    #expect(tenths.allSatisfy { (850...1150).contains($0) }, "seed \(seed): \(tenths)")
  }

  @Test func `A range without extent always gives its delay and draws no number`() throws {
    let range = try UplinkRange.parse("50ms")
    var random = SplitMix64(seed: 9)
    var untouched = random
    #expect(range.delay(using: &random) == .milliseconds(50))
    #expect(random.next() == untouched.next())
  }

  @Test func `Delays follow from the seed`() throws {
    let range = try UplinkRange.parse("0..1000ms")
    func delays(_ seed: UInt64) -> [Duration] {
      var random = SplitMix64(seed: seed)
      return (0..<20).map { _ in range.delay(using: &random) }
    }
    #expect(delays(4) == delays(4))
    #expect(delays(4) != delays(5))
  }
}
