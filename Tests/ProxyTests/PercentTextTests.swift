import Testing

@testable import Proxy

@Suite struct PercentTextTests {
  @Test func `an encoding is undone once`() {
    let rows: [(String, String?)] = [
      ("acct-1", "acct-1"), ("a%20b", "a b"), ("a%2Fb", "a/b"), ("a%2fb", "a/b"),
      ("%C3%A9", "\u{E9}"), ("%2541", "%41"), ("", ""), ("+", "+"),
      ("%", nil), ("%4", nil), ("%4G", nil), ("%G4", nil), ("%C3", nil), ("%FF", nil),
    ]
    for (text, wanted) in rows { #expect(PercentText.decoded(text) == wanted, "\(text)") }
  }
}
