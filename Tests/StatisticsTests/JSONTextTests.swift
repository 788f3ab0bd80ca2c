import Statistics
import Testing

@Suite struct JSONTextTests {
  private func text(_ body: (inout JSONText) -> Void) -> String {
    var json = JSONText()
    body(&json)
    return String(decoding: json.bytes, as: UTF8.self)
  }

  @Test func `members are separated and nested as they are written`() {
    let written = text { json in
      json.object { json in
        json.integer("one", 1)
        json.object("empty") { _ in }
        json.array("list") { json in
          json.string(nil, "a")
          json.object { $0.integer("two", 2) }
          json.number(nil, 0.25)
        }
        json.string("none", nil)
      }
    }
    #expect(written == #"{"one":1,"empty":{},"list":["a",{"two":2},0.25],"none":null}"#)
  }

  @Test(arguments: [
    ("plain", #""plain""#), (#"a"b\c"#, #""a\"b\\c""#), ("line\nend", #""line\nend""#),
    ("\u{0}\u{1F}\u{7F}", #""\u0000\u001f\u007f""#), ("é😀", #""é😀""#), ("", #""""#),
  ])
  func `strings are escaped as RFC 8259 asks`(value: String, expected: String) {
    #expect(text { $0.string(nil, value) } == expected)
  }

  @Test func `bytes that are no text are replaced, never passed through`() {
    #expect(text { $0.text(nil, [0x61, 0xFF, 0x62]) } == "\"a\u{FFFD}b\"")
  }

  @Test(arguments: [
    (0.0, "0.0"), (1.2345, "1.235"), (12.5, "12.5"), (-0.0004, "-0.0"), (.infinity, "0.0"),
    (.nan, "0.0"), (1e300, "9000000000000.0"),
  ])
  func `numbers have three decimals at most and are always numbers`(
    value: Double, expected: String
  ) {
    #expect(text { $0.number(nil, value) } == expected)
  }
}
