import Feedback
import HTTPWire
import Policy
import Seeding
import Testing

@testable import Proxy

@Suite struct StatedFieldsTests {
  @Test func `An answer's fields are found as if each were looked up`() throws {
    let seed: UInt64 = 0x5EED_0F01
    var random = SplitMix64(seed: seed)
    let pool = [
      "x-ratelimit-limit", "x-ratelimit-reset", "ratelimit", "ratelimit-policy", "retry-after",
      "x-tier", "x-tiers", "date", "age", "x-" + String(repeating: "n", count: 70),
      "x-" + String(repeating: "m", count: 71), "content-type", "x-request-id",
    ]
    var hits = 0
    for round in 0..<3_000 {
      func some() -> [String] {
        pool.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
      }
      let stated = some()
      let others = some().filter { !stated.contains($0) }
      let present = (some() + some()).shuffled(using: &random)
      let block = try Self.block(
        present.map { Bool.random(using: &random) ? $0 : $0.uppercased() })
      let place = "seed \(seed), round \(round): \(stated), \(others) in \(present)"
      let found = StatedFields(stated: stated, others: others).find(in: block)
      var expected = FieldMask.empty
      for (place, name) in stated.enumerated() where present.contains(name) {
        expected.insert(place)
        hits += 1
      }
      #expect(found?.stated ?? .empty == expected, "\(place)")
      guard let found else { continue }
      for name in stated + others {
        #expect(found.value(named: name) == block.joined(named: name), "\(place)")
      }
      for name in pool where !stated.contains(name) && !others.contains(name) {
        #expect(found.value(named: name) == nil, "\(place)")
      }
    }
    #expect(hits > 1_000, "\(hits)")
  }

  static func block(_ names: [String]) throws -> FieldBlock {
    let text =
      "HTTP/1.1 200 OK\r\n" + names.enumerated().map { "\($1): \($0)\r\n" }.joined() + "\r\n"
    var parser = ResponseParser(limits: Bounds().answer)
    return try #require(try parser.parse(Array(text.utf8).span, to: .get)).block
  }
}
