import Seeding
import Testing

@testable import Proxy

@Suite struct IdempotencyKeyTests {
  @Test func `a fresh key is a random UUID`() throws {
    var random = SplitMix64(seed: 7)
    var seen: Set<String> = []
    for _ in 0..<1000 {
      let key = IdempotencyKey.fresh(from: &random)
      let parts = key.split(separator: "-")
      #expect(parts.map(\.count) == [8, 4, 4, 4, 12], "\(key)")
      #expect(parts.joined().allSatisfy { "0123456789abcdef".contains($0) }, "\(key)")
      #expect(parts[2].first == "4", "\(key)")
      #expect("89ab".contains(try #require(parts[3].first)), "\(key)")
      #expect(seen.insert(key).inserted, "\(key)")
    }
  }

  @Test func `the bits are where RFC 9562 wants them`() {
    struct Ones: RandomNumberGenerator {
      mutating func next() -> UInt64 { .max }
    }
    struct Zeros: RandomNumberGenerator {
      mutating func next() -> UInt64 { 0 }
    }
    var ones = Ones()
    var zeros = Zeros()
    #expect(IdempotencyKey.fresh(from: &ones) == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    #expect(IdempotencyKey.fresh(from: &zeros) == "00000000-0000-4000-8000-000000000000")
  }
}
