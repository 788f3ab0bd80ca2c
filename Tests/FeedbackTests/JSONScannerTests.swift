import Feedback
import Seeding
import Testing

@Suite struct JSONScannerTests {
  static func scalar(_ text: String, _ path: String...) -> JSONScalar? {
    JSONScanner(Array(text.utf8)).scalar(at: path)
  }

  @Test(arguments: [
    (#"{"a":1}"#, JSONScalar.number("1")), (#" { "a" : -2.5e3 } "#, .number("-2.5e3")),
    (#"{"b":{"a":2},"a":1}"#, .number("1")), (#"{"b":[1,{"a":2},"}"],"a":1}"#, .number("1")),
    (#"{"a":"x"}"#, .string("x")), (#"{"a":""}"#, .string("")), (#"{"a":true}"#, .bool(true)),
    (#"{"a":false}"#, .bool(false)), (#"{"a":null}"#, .null),
    (#"{"a":1,"a":2}"#, .number("1")), (#"{"\u0061":1}"#, .number("1")),
    (#"{"b":"\"a\":3","a":1}"#, .number("1")), (#"{"b":"\\","a":1}"#, .number("1")),
    (#"{"a":"\"\\\/\b\f\n\r\t"}"#, .string("\"\\/\u{8}\u{C}\n\r\t")),
    (#"{"a":"\u00e9\uD83D\uDE00"}"#, .string("é😀")),
    (#"{"a":"\ud83d"}"#, .string("\u{FFFD}")), (#"{"a":"\ude00x"}"#, .string("\u{FFFD}x")),
    (#"{"a":"\ud83d\u0041"}"#, .string("\u{FFFD}A")),
    (#"{"a":1,"b":"#, .number("1")), (#"{"a":1}garbage"#, .number("1")),
    ("{\r\n\t\"a\":\r\n\t1\r\n}", .number("1")),
  ])
  func theScalarAtAPathIsFound(text: String, value: JSONScalar) {
    #expect(Self.scalar(text, "a") == value)
  }

  @Test(arguments: [
    "", " ", "a", "1", "[]", #"["a",1]"#, "{", "{}", #"{"a"}"#, #"{"a":}"#, #"{"a" 1}"#, #"{"a":"#,
    #"{"a":1"#, #"{"a":tru"#, #"{"a":true"#, #"{"a":truex}"#, #"{"a":nul}"#, #"{"a":"x}"#,
    #"{"a":"\"#, #"{"a":"\x"}"#, #"{"a":"\u12"}"#, #"{"a":"\u12g4"}"#, #"{"a":{}}"#, #"{"a":[1]}"#,
    #"{"A":1}"#, #"{"aa":1}"#, #"{"b":[},"a":1}"#, #"{"b":{]},"a":1}"#, #"{"b":1 "a":1}"#,
    #"{"b":,"a":1}"#, #"{a:1}"#, #"{'a':1}"#, #"{"a":01x}"#, #"{"a":0x10}"#, #"{"a":.5}"#,
    #"{"a":+1}"#, #"{"a":NaN}"#, #"{"a":--1}"#, #"{"b":{"a":1}}"#,
  ])
  func whereThereIsNoneNothingIsFound(text: String) {
    #expect(Self.scalar(text, "a") == nil)
  }

  @Test func aPathLeadsThroughObjectsOnly() {
    let text = #"{"error":{"code":"X","details":{"n":2}},"n":1}"#
    #expect(Self.scalar(text, "error", "details", "n") == .number("2"))
    #expect(Self.scalar(text, "error", "code", "n") == nil)
    #expect(Self.scalar(text, "n") == .number("1"))
    #expect(Self.scalar("7") == .number("7"))
    #expect(Self.scalar(#""x""#) == .string("x"))
  }

  @Test func aRangeSpansTheWholeValue() {
    let text = #"{"a": {"b":[1,"]"]} ,"c":2}"#
    let range = JSONScanner(Array(text.utf8)).range(at: ["a"])
    #expect(range == 6..<19)
    #expect(JSONScanner(Array(text.utf8)).range(at: []) == 0..<text.utf8.count)
  }

  @Test func bytesThatAreNoUTF8AreRepaired() {
    let bytes = Array(#"{"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
    #expect(JSONScanner(bytes).scalar(at: ["a"]) == .string("\u{FFFD}"))
  }

  @Test(arguments: [1, 30, 31, 32, 33, 100_000])
  func thirtyTwoLevelsAreFollowedAndNoMore(levels: Int) {
    // The object around them is one level of its own.
    let nested = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    let found = Self.scalar(#"{"b":\#(nested),"a":1}"#, "a")
    #expect(found == (levels < JSONScanner.deepest ? .number("1") : nil))
  }

  @Test func aPathDeeperThanTheBoundFindsNothing() {
    for depth in [31, 32, 40] {
      let text =
        String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
      let value = JSONScanner(Array(text.utf8)).scalar(at: Array(repeating: "a", count: depth))
      #expect(value == (depth < JSONScanner.deepest ? .number("1") : nil))
    }
  }

  @Test func nothingBeyondTheFirst64KiBCounts() {
    let head = #"{"b":""#
    for (padding, isInside) in [(65_520, true), (65_530, false), (70_000, false)] {
      let text = head + String(repeating: "x", count: padding - head.utf8.count) + #"","a":1}"#
      #expect((Self.scalar(text, "a") != nil) == isInside, "padding \(padding)")
    }
    let early = #"{"a":1,"b":""# + String(repeating: "x", count: 70_000) + #""}"#
    #expect(Self.scalar(early, "a") == .number("1"))
  }

  @Test func noMutationOfATextTrapsAndEveryRangeLiesInside() {
    let seed: UInt64 = 0x5EED_0001
    var random = SplitMix64(seed: seed)
    let base = Array(
      #"{"error":{"code":"RATE","m":"a\u00e9\\\"","details":{"n":[1,{"x":2.5}],"r":2}},"z":null}"#
        .utf8)
    let alphabet = Array(#"{}[]":,\u0e1-+. tfn"#.utf8) + [0x00, 0xFF, 0xC3]
    var found = 0
    for round in 0..<20_000 {
      var text = base
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let index = Int.random(in: 0..<text.count, using: &random)
        let byte = alphabet.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<4, using: &random) {
        case 0: text[index] = byte
        case 1: text.insert(byte, at: index)
        case 2 where text.count > 1: text.remove(at: index)
        default: text = Array(text.prefix(max(1, index)))
        }
      }
      let scanner = JSONScanner(text)
      for path in [[], ["error"], ["error", "details", "r"], ["error", "m"], ["z"]] {
        if let range = scanner.range(at: path) {
          #expect(
            range.lowerBound < range.upperBound && range.upperBound <= text.count,
            "seed \(seed), round \(round), path \(path)")
        }
        if scanner.scalar(at: path) != nil { found += 1 }
      }
    }
    #expect(found > 10_000, "the mutations leave too little to find: \(found)")
  }
}
