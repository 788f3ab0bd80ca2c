import Feedback
import Testing

/// Paths through arrays, seen through the codes of a dialect, and counts of elements.
@Suite struct JSONArrayTests {
  static func reason(_ body: String, at path: [String]) -> String? {
    let rule = CodeRule(
      [.body(path)], entries: [.init("A", Meaning(.limit)), .init("B", Meaning(.limit))])
    return Dialect(name: "own", statuses: [], codes: [rule])
      .read(status: 400, field: { _ in nil }, body: Array(body.utf8)).signal?.reason
  }

  @Test(arguments: [
    (#"{"e":[{"c":"A"}]}"#, ["e", "*", "c"], "A"),
    (#"{"e":[{"x":1},{"c":"?"},{"c":"B"},{"c":"A"}]}"#, ["e", "*", "c"], "B"),
    (#"[{"c":"A"}]"#, ["*", "c"], "A"), (#"["?","A"]"#, ["*"], "A"),
    (#"{"e":[[],["B"]]}"#, ["e", "*", "*"], "B"), (#"{"e":[{"c":"A"},"#, ["e", "*", "c"], "A"),
    (#"{"e":[1,[2,"]"],{"c":"A"}]}"#, ["e", "*", "c"], "A"),
  ])
  func anyElementCounts(body: String, path: [String], reason: String) {
    #expect(Self.reason(body, at: path) == reason)
  }

  @Test(arguments: [
    #"{"e":{"c":"A"}}"#, #"{"e":[]}"#, #"{"e":["A"]}"#, #"{"e":[{"c":["A"]}]}"#, #"{"e":["#,
    #"{"e":[,{"c":"A"}]}"#, #"{"e":[1 {"c":"A"}]}"#, "",
  ])
  func whatIsNoElementDoesNot(body: String) {
    #expect(Self.reason(body, at: ["e", "*", "c"]) == nil)
  }

  @Test func sixteenElementsAreLookedAt() {
    for (before, isSeen) in [(15, true), (16, false)] {
      let body = "[" + String(repeating: #""?","#, count: before) + #""A"]"#
      #expect((Self.reason(body, at: ["*"]) == "A") == isSeen, "\(before) before it")
    }
  }

  @Test(arguments: [
    ("[]", 0), ("[1]", 1), ("[ 1 , [2,3] , {\"a\":[4]} ]", 3), ("[1,2", nil), ("[1,", nil),
    ("{}", nil), ("1", nil), ("[1 2]", nil), ("", nil),
  ])
  func elementsOfAWholeArrayAreCounted(array: String, count: Int?) {
    let text = #"{"d":{"v":"# + array + "}}"
    #expect(JSONScanner(Array(text.utf8)).count(at: ["d", "v"]) == count)
  }
}
