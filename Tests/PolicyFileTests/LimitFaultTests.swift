import PolicyFile
import Testing

@Suite("Faults in limits and lanes") struct LimitFaultTests {
  static let kinds =
    "token-bucket, sliding-window, fixed-window, two-counter-window, spacing, concurrency, "
    + "calendar, hours, learned, unknown"
  static let scopes = "account, api, caller, endpoint, key, lane"
  static let name = "1 to 64 of a-z, 0-9 and -, not starting with -"

  @Test(
    "tell the place and what is allowed",
    arguments: [
      ("per: api, kind: concurrency, allow: 1", "4:15: this limit has no name, allowed: \(name)"),
      (
        "name: X, per: api, kind: concurrency, allow: 1",
        "4:23: found \"X\", allowed for a limit's name: \(name)"
      ),
      (
        "name: x, kind: concurrency, allow: 1",
        "4:15: this limit has no per, allowed: one or a list of \(scopes)"
      ),
      (
        "name: x, per: acount, kind: concurrency, allow: 1",
        "4:31: found \"acount\", allowed for per: \(scopes); did you mean \"account\"?"
      ),
      (
        "name: x, per: [], kind: concurrency, allow: 1",
        "4:31: found an empty list, allowed for per: one or a list of \(scopes)"
      ),
      (
        "name: x, per: [api, api], kind: concurrency, allow: 1",
        "4:37: \"api\" stands twice, allowed: once"
      ),
      (
        "name: x, per: account, kind: concurrency, allow: 1",
        """
        4:31: limit \"x\" is per account, but this API does not say where the account stands, \
        allowed: account with a path, header, json or credential
        """
      ),
      (
        "name: x, per: [lane, key], kind: concurrency, allow: 1",
        """
        4:31: limit \"x\" is per key, but this API has no keys, allowed: keys, or a credential \
        with from: caller
        """
      ),
      ("name: x, per: api", "4:15: this limit has no kind, allowed: \(kinds)"),
      (
        "name: x, per: api, kind: tokenbucket, allow: 1/s",
        "4:42: found \"tokenbucket\", allowed for kind: \(kinds); did you mean \"token-bucket\"?"
      ),
      (
        "name: x, per: api, kind: spacing, every: 20",
        "4:58: \"20\" is no duration, allowed: a number with ms, s, m, h or d, such as 30s"
      ),
      (
        "name: x, per: api, kind: spacing, every: 0s",
        "4:58: found a duration of nothing, allowed for every: 1ms to 366d"
      ),
      (
        "name: x, per: api, kind: spacing",
        "4:15: this limit has no every, allowed: one such as every: 20s"
      ),
      (
        "name: x, per: api, kind: spacing, every: 1s, allow: 5",
        """
        4:62: \"allow\" means nothing to a limit of kind spacing, allowed: every, \
        jitter, spread
        """
      ),
      (
        "name: x, per: api, kind: concurrency",
        "4:15: this limit has no allow, allowed: one such as allow: 16"
      ),
      (
        "name: x, per: api, kind: concurrency, allow: 5/s",
        "4:62: found \"5/s\", allowed for allow: 1 to 1000000"
      ),
      (
        "name: x, per: api, kind: token-bucket, allow: 5/s, burst: 0",
        "4:75: found \"0\", allowed for burst: 1 to 1000000000"
      ),
      (
        "name: x, per: api, kind: token-bucket, allow: 5/fortnight",
        """
        4:63: \"5/fortnight\" is no rate, allowed: a number, / and s, min, hour or day, such as \
        120/min or 50/5s
        """
      ),
      (
        "name: x, per: api, kind: sliding-window",
        "4:15: this limit has no allow, allowed: one such as allow: 120/min"
      ),
      (
        "name: x, per: api, kind: calendar, allow: 5/hour",
        "4:59: a calendar limit counts days, allowed for allow: a rate such as 25/day"
      ),
      (
        "name: x, per: api, kind: concurrency, allow: 1, match: [post /a]",
        """
        4:73: \"post /a\" is no pattern, allowed: METHOD /path or /path, where a segment is \
        text, * for any one or ** for any number
        """
      ),
      (
        "name: x, per: api, kind: concurrency, allow: 1, match: []",
        "4:72: found an empty list, allowed for match: patterns such as POST /v1/posts or /v1/**"
      ),
      (
        "name: x, per: api, kind: concurrency, allow: 1, mach: /a",
        """
        4:65: unknown word \"mach\", allowed in a limit: allow, burst, closed, doubt, every, \
        hold, jitter, kind, match, measure, name, offset, pace, per, reserved, spread, start, \
        zone; did you mean \"match\"?
        """
      ),
      (
        """
        name: x, per: api, kind: concurrency, allow: 1 }, { name: x, per: api, kind: \
        concurrency, allow: 1
        """,
        "4:75: a limit named \"x\" stands above, allowed: each name once"
      ),
    ])
  func limits(words: String, expected: String) {
    #expect(Sample.faults(Sample.limit(words)) == [expected])
  }

  @Test("tell limits that are no list")
  func noList() {
    #expect(
      Sample.faults(Sample.api("limits: { x: 1 }")) == [
        "4:13: found a map, allowed for limits: a list"
      ])
  }

  @Test(
    "in lanes tell the place and what is allowed",
    arguments: [
      ("x: { cache: 6h }", "8:9: \"cache\" is not supported by this version of Penstock"),
      (
        "x: { wait: 1s }",
        """
        8:9: unknown word \"wait\", allowed in a lane: costs, keys, match, max-wait, reserve, \
        spill, sticky, weight
        """
      ),
      ("X: {}", "8:4: found \"X\", allowed for a lane's name: \(name)"),
      (
        "x: 5",
        """
        8:7: found a text, allowed in a lane: a map of costs, keys, match, max-wait, reserve, \
        spill, sticky, weight
        """
      ),
      (
        "x: { keys: [main-b] }",
        "8:16: \"main-b\" is no key of this API, allowed: main-a, second; did you mean \"main-a\"?"
      ),
      ("x: { keys: [unrelated] }", "8:16: this is no key of this API, allowed: main-a, second"),
      ("x: { keys: [] }", "8:15: found an empty list, allowed for keys: main-a, second"),
      ("x: { keys: [second, second] }", "8:24: \"second\" stands twice, allowed: once"),
      ("x: { weight: 0 }", "8:17: found \"0\", allowed for weight: 1 to 10000"),
      (
        "x: { max-wait: soon }",
        "8:19: \"soon\" is no duration, allowed: a number with ms, s, m, h or d, such as 30s"
      ),
      (
        "x: { match: [a] }",
        """
        8:17: \"a\" is no pattern, allowed: METHOD /path or /path, where a segment is text, * \
        for any one or ** for any number
        """
      ),
      (
        "x: { costs: { rat: 2 } }",
        "8:18: \"rat\" is no limit of this API, allowed: rate, gap; did you mean \"rate\"?"
      ),
      (
        "x: { costs: { rate: 0 } }",
        "8:24: found \"0\", allowed for the cost of rate: 1 to 1000000000"
      ),
      (
        "x: { costs: { rate: 9 } }",
        "8:24: a request that costs 9 would wait for ever, allowed for the cost of rate: 1 to 8"
      ),
      (
        "x: { costs: { gap: 2 } }",
        "8:23: a request that costs 2 would wait for ever, allowed for the cost of gap: 1 to 1"
      ),
      ("x: { costs: {} }", "8:16: found an empty map, allowed in costs: a map of names"),
      (
        "x: {}\n      y: {}",
        """
        9:4: lane \"y\" has no match and lane \"x\" has none either, allowed: one lane without \
        match, which takes everything else
        """
      ),
      (
        "other: { match: [/a] }",
        """
        8:4: lane \"other\" has a match and no lane takes everything else, allowed: a lane \
        without match, or another name for this one
        """
      ),
    ])
  func lanes(lane: String, expected: String) {
    let text = """
      apis:
       a:
        origin: https://a.example
        credential: { header: X-Key }
        keys: { main-a: { secret: env:A }, second: { secret: env:B } }
        limits: [ { name: rate, per: key, kind: token-bucket, allow: 60/min, burst: 8 }, \
        { name: gap, per: key, kind: spacing, every: 1s } ]
        lanes:

      """ + "   " + lane.replacing("      y", with: "   y") + "\n"
    #expect(Sample.faults(text) == [expected])
  }

  @Test("tell lanes that name keys or costs where there are none")
  func none() {
    #expect(
      Sample.faults(Sample.api("lanes: { x: { keys: [k], costs: { r: 1 } } }")) == [
        "4:26: this is no key of this API, allowed: none, for this API has no keys",
        "4:39: \"r\" is no limit of this API, allowed: none, for this API has no limits",
      ])
  }
}
