import PolicyFile
import Testing

@Suite("Faults outside the APIs") struct TopFaultTests {
  static let words =
    "apis, bounds, ca, callers, connect, listen, queues, unknown-hosts, users, workers"
  static let api = "apis: { a: { origin: https://a.example } }"

  @Test(
    "tell the place, what was read, what is allowed, and the nearest word",
    arguments: [
      (
        "lisen: {}",
        "1:1: unknown word \"lisen\", allowed in the file: \(words); did you mean \"listen\"?"
      ),
      (
        "zzz: 1",
        "1:1: unknown word \"zzz\", allowed in the file: \(words)"
      ),
      ("workers: many", "1:10: found \"many\", allowed for workers: auto, or 1 to 64"),
      ("workers: 65", "1:10: found \"65\", allowed for workers: auto, or 1 to 64"),
      ("workers: 0", "1:10: found \"0\", allowed for workers: auto, or 1 to 64"),
      ("workers: +2", "1:10: found \"+2\", allowed for workers: auto, or 1 to 64"),
      ("workers: Auto", "1:10: found \"Auto\", allowed for workers: auto, or 1 to 64"),
      ("workers: [1]", "1:10: found a list, allowed for workers: auto, or 1 to 64"),
      ("workers:", "1:9: found nothing, allowed for workers: auto, or 1 to 64"),
      ("callers: address", "1:10: found a text, allowed in callers: a map of by, header"),
      ("callers: { by: user }", "1:16: found \"user\", allowed for by: address"),
      (
        "callers: { by: address, header: X-A }",
        "1:25: found by and header, allowed in callers: one of them"
      ),
      (
        "callers: { header: Host }",
        """
        1:20: header \"Host\" belongs to the connection or frames the message, allowed: any \
        other header
        """
      ),
      (
        "callers: { header: a b }",
        "1:20: this is no header name, allowed: one token, such as X-API-Key"
      ),
      ("queues: { per-lane: 0 }", "1:21: found \"0\", allowed for per-lane: 1 to 10000000"),
      ("queues: { total: 1e3 }", "1:18: found \"1e3\", allowed for total: 1 to 10000000"),
      (
        "queues: { pre-lane: 5 }",
        """
        1:11: unknown word \"pre-lane\", allowed in queues: per-lane, total; did you mean \
        \"per-lane\"?
        """
      ),
      ("workers: &a 1", "1:10: anchors and aliases are not allowed: write the value out"),
      ("workers: !!int 1", "1:10: tags (words after !) are not allowed: write the value alone"),
      (
        "workers: 1\nworkers: 1",
        "2:1: this word stands twice in one map, allowed: once; first in line 1"
      ),
    ])
  func top(text: String, expected: String) {
    let found = Sample.faults(text + "\n" + Self.api)
    // An anchored or ill-typed value is told once more by whoever reads it.
    #expect(found.first == expected)
    #expect(found.count == 1 || text.contains("&"), "\(found)")
  }

  @Test(
    "of whole files",
    arguments: [
      ("", "1:1: the file is empty, allowed: a map with apis"),
      ("# nothing\n", "1:1: the file is empty, allowed: a map with apis"),
      (
        "- a",
        """
        1:1: found a list, allowed in the file: a map of \(words)
        """
      ),
      ("workers: 1", "1:1: the file has no apis, allowed: at least one API under apis:"),
      ("apis: {}", "1:7: found an empty map, allowed in apis: a map of names"),
      ("apis:", "1:6: found nothing, allowed in apis: a map of names"),
      ("a: b: c", "1:5: this is no YAML: mapping values are not allowed in this context"),
      ("apis: [", "2:1: this is no YAML: did not find expected node content"),
      ("apis: *x", "1:7: this is no YAML: found undefined alias"),
      ("a: 1\n---\nb: 1", "2:1: this is no YAML: but found another document"),
      ("workers: 1\n\u{1}: 1", "2:1: this is no YAML: control characters are not allowed"),
      (
        String(repeating: "[", count: 2000),
        "1:1: this is nested too deeply, allowed: 16 levels"
      ),
      (String(repeating: "#", count: 1 << 20) + "\n", "1:1: the file is too large, allowed: 1 MiB"),
    ])
  func whole(text: String, expected: String) { #expect(Sample.faults(text) == [expected]) }

  @Test("stop at 16 levels")
  func nesting() {
    let deep = String(repeating: "[", count: 17) + String(repeating: "]", count: 17)
    #expect(
      Sample.faults("workers: \(deep)\n\(Self.api)").contains(
        "1:25: this is nested too deeply, allowed: 16 levels"))
  }

  @Test("come with an alias bomb at once")
  func bomb() {
    var text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for (before, name) in zip("abcdefgh", "bcdefghi") {
      text +=
        "\(name): &\(name) [" + Array(repeating: "*\(before)", count: 9).joined(separator: ", ")
        + "]\n"
    }
    #expect(
      Sample.faults(text).filter { $0.contains("anchors and aliases are not allowed") }.count == 9)
  }

  @Test("name every duplicate at its own place, and all that is wrong besides")
  func duplicates() {
    let text = """
      workers: 1
      "workers": 1
      workers: 3
      queues: { total: 1, total: 0 }
      'lisen': {}
      \(Self.api)
      """
    #expect(
      Sample.faults(text) == [
        "2:1: this word stands twice in one map, allowed: once; first in line 1",
        "3:1: this word stands twice in one map, allowed: once; first in line 1",
        "4:21: this word stands twice in one map, allowed: once; first in line 4",
        "5:1: unknown word \"lisen\", allowed in the file: \(Self.words); did you mean \"listen\"?",
      ])
  }

  @Test("come all at once, in the file's order, behind the file's name")
  func order() throws {
    let text = "zones: 1\nworkers: 0\napis:\n  a:\n    origin: ftp://a\n    lanse: {}\n"
    guard case .failure(let faults) = Sample.read(text) else {
      Issue.record("the policy was taken")
      return
    }
    #expect(faults.diagnostics.map(\.line) == [1, 2, 5, 6])
    #expect(faults.description.split(separator: "\n").count == 4)
    #expect(
      faults.diagnostics[2].description
        == "p.yaml:5:13: an origin starts with https:// or http://, such as "
        + "https://api.example.com")
  }
}
