import Feedback
import Testing

@Suite struct JSONScannerUnitsTests {
  @Test func `a number is rounded up and an array counts its elements`() {
    let rows: [(String, [String], Int?)] = [
      (#"{"data":{"videos":[1,[2,3],{"a":[4]}]}}"#, ["data", "videos"], 3),
      (#"{"data":{"videos":[ ]}}"#, ["data", "videos"], 0),
      (#"{"data":{"videos":[1,2"#, ["data", "videos"], nil),
      (#"{"data":{"videos":[1,,2]}}"#, ["data", "videos"], nil),
      (#"{"cost":12}"#, ["cost"], 12), (#"{"cost":2.000001}"#, ["cost"], 3),
      (#"{"cost":1e2}"#, ["cost"], 100), (#"{"cost":-5}"#, ["cost"], 0),
      (#"{"cost":1e99}"#, ["cost"], .max), (#"{"cost":"12"}"#, ["cost"], nil),
      (#"{"cost":true}"#, ["cost"], nil), (#"{"cost":{}}"#, ["cost"], nil),
      (#"{}"#, ["cost"], nil), ("7", [], 7), ("2.5", [], 3), ("0x10", [], nil), ("", [], nil),
      ("many", [], nil),
    ]
    for (text, path, wanted) in rows {
      #expect(JSONScanner(Array(text.utf8)).units(at: path) == wanted, "\(text)")
    }
  }
}
