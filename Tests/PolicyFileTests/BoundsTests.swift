import Foundation
import Policy
import Seeding
import Testing

@testable import PolicyFile

@Suite("Bounds") struct BoundsTests {
  /// `answerHead` as `answer-head`.
  static func word(_ property: String) -> String {
    property.reduce(into: "") { word, letter in
      word += letter.isUppercase ? "-" + letter.lowercased() : String(letter)
    }
  }

  static func bounds(_ words: String) throws -> Bounds {
    try Sample.read("bounds: { \(words) }\n\(TopFaultTests.api)").get().bounds
  }

  @Test("have one word for each property, in its order")
  func words() {
    let properties = Mirror(reflecting: Bounds()).children.compactMap(\.label)
    #expect(BoundWord.all.map(\.word) == properties.map(Self.word))
  }

  @Test("take their defaults and every end of their ranges", arguments: BoundWord.all.map(\.word))
  func ends(word: String) throws {
    let bound = try #require(BoundWord.all.first { $0.word == word })
    let ends = bound.allowed.replacing(", or", with: " to").components(separatedBy: " to ")
    #expect((2...3).contains(ends.count))
    for text in ends.map({ $0.trimmingCharacters(in: .whitespaces) }) + [bound.text(in: Bounds())] {
      var bounds = Bounds()
      try bound.set(text, in: &bounds)
      #expect(bound.text(in: bounds) == text)
      var same = Bounds()
      try bound.set(bound.text(in: Bounds()), in: &same)
      #expect(same == Bounds())
    }
  }

  @Test("give the values they say")
  func values() throws {
    let bounds = try Self.bounds(
      "request-line: 8000, head-time: 1.5s, body: none, clients: 9000, memory: 512MiB, "
        + "tunnels: 0, attempts: 1")
    var expected = Bounds()
    expected.requestLine = 8000
    expected.headTime = .milliseconds(1500)
    expected.body = nil
    expected.clients = 9000
    expected.memory = 512 << 20
    expected.tunnels = 0
    expected.attempts = 1
    #expect(bounds == expected)
    #expect(try Self.bounds("body: 5GiB, clients: auto, memory: none") == Bounds())
  }

  @Test(
    "tell what was read and what is allowed",
    arguments: [
      ("request-line: 7999", "25: found \"7999\", allowed for request-line: 8000 to 1MiB"),
      (
        "request-line: 8 KiB",
        """
        25: "8 KiB" is no size, allowed: a number of bytes, or one with KiB, MiB, GiB or TiB, \
        such as 8KiB; did you mean "KiB"?
        """
      ),
      (
        "request-line: 8KB",
        """
        25: "8KB" is no size, allowed: a number of bytes, or one with KiB, MiB, GiB or TiB, such \
        as 8KiB; did you mean "KiB"?
        """
      ),
      (
        "request-line: none",
        """
        25: "none" is no size, allowed: a number of bytes, or one with KiB, MiB, GiB or TiB, \
        such as 8KiB
        """
      ),
      (
        "head: 9999999999999999999TiB",
        """
        17: found "9999999999999999999TiB", allowed for head: 8000 to 4MiB
        """
      ),
      (
        "body: -1",
        """
        17: "-1" is no size, allowed: a number of bytes, or one with KiB, MiB, GiB or TiB, such \
        as 8KiB
        """
      ),
      ("fields: 9", "19: found \"9\", allowed for fields: 10 to 10000"),
      ("fields: 1e3", "19: found \"1e3\", allowed for fields: 10 to 10000"),
      ("fields: [100]", "19: found a list, allowed for fields: 10 to 10000"),
      ("clients: none", "20: found \"none\", allowed for clients: 1 to 1000000, or auto"),
      ("memory: 1MiB", "19: found \"1MiB\", allowed for memory: 16MiB to 1TiB, or none"),
      ("head-time: 9ms", "22: found \"9ms\", allowed for head-time: 10ms to 1h"),
      (
        "head-time: 10",
        """
        22: "10" is no duration, allowed: a number with ms, s, m, h or d, such as 30s
        """
      ),
      ("attempts: 21", "21: found \"21\", allowed for attempts: 1 to 20"),
      (
        "head: 8000",
        "17: request-line is 8KiB and head is 8000, allowed: head at least request-line"
      ),
      (
        "request-line: 64KiB",
        """
        25: request-line is 64KiB and head is 32KiB, allowed: head at least request-line
        """
      ),
      (
        "field-line: 64KiB, head: 48KiB",
        """
        36: field-line is 64KiB and head is 48KiB, allowed: head at least field-line
        """
      ),
      (
        "replay-total: 1KiB",
        """
        25: replay is 1MiB and replay-total is 1KiB, allowed: replay-total at least replay
        """
      ),
    ] as [(String, String)])
  func faults(words: String, expected: String) {
    let found = Sample.faults("bounds: { \(words) }\n\(TopFaultTests.api)")
    #expect(found.first == "1:" + expected)
    #expect(found.count == (words == "head: 8000" ? 2 : 1), "\(found)")
  }

  @Test("tell an unknown word and the nearest one")
  func unknown() {
    let found = Sample.faults("bounds: { haed: 8KiB }\n\(TopFaultTests.api)")
    #expect(found.count == 1)
    #expect(
      found.first?.hasPrefix("1:11: unknown word \"haed\", allowed in bounds: answer-") == true)
    #expect(found.first?.hasSuffix("; did you mean \"head\"?") == true)
  }

  @Test("write sizes, spans and networks as they are read", arguments: 1...4 as ClosedRange<UInt64>)
  func texts(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<500 {
      let number = Int(random.next() >> (2 + random.next() % 60))
      #expect(try SizeText.parse(SizeText.text(number)) == number, "seed \(seed)")
      let span = Duration.nanoseconds(Int64(number) % DurationText.longest)
      #expect(try DurationText.parse(DurationText.text(span)) == span, "seed \(seed)")
      let bytes = (0..<(random.next() % 2 == 0 ? 4 : 16)).map { _ in
        UInt8(truncatingIfNeeded: random.next() % 3 == 0 ? random.next() : 0)
      }
      let network = Network(address: bytes, prefix: bytes.count * 8)
      #expect(try NetworkText.parse(NetworkText.text(network)) == network, "seed \(seed)")
    }
  }

  @Test(
    "write addresses short",
    arguments: [
      ("::", "::/0"), ("::1", "::1/128"), ("1::", "1::/128"), ("1:0:0:2::3", "1:0:0:2::3/128"),
      ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7/128"), ("2001:DB8::A", "2001:db8::a/128"),
      ("0:0:1::", "0:0:1::/128"), ("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::/128"),
    ])
  func addresses(text: String, expected: String) throws {
    let address = try #require(HostText.ipv6(text.lowercased()))
    let prefix = text == "::" ? 0 : 128
    #expect(NetworkText.text(Network(address: address, prefix: prefix)) == expected)
  }
}
