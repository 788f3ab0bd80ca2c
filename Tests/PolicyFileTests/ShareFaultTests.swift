import Limits
import Policy
import PolicyFile
import Testing

@Suite("What lanes share and keep") struct ShareFaultTests {
  /// A policy with two keys, an account and some limits; `lanes` begin in line 11, column 7.
  static func policy(_ lanes: String) -> String {
    let lines = lanes.split(separator: "\n").map { "      " + $0 }.joined(separator: "\n")
    return """
      apis:
        a:
          origin: https://a.example
          credential: { header: X-Key }
          account: [ { json: /id } ]
          keys: { a: { secret: env:A }, b: { secret: env:A } }
          limits:
            - { name: rate, per: key, kind: sliding-window, allow: 120/min }
            - { name: posts, per: api, kind: calendar, allow: 25/day, match: POST /posts }
          lanes:
      \(lines)
      """
  }

  @Test("are read")
  func good() throws {
    let text = Self.policy(
      """
      one: { match: POST /posts, reserve: 25/min, sticky: account, spill: never }
      two: { match: /two, keys: a, reserve: 30/min, costs: { rate: 4 } }
      three: { match: /three, sticky: account, spill: blocked }
      four: { match: /four, sticky: account, spill: out }
      """)
    let lanes = try Sample.read(text).get().apis[0].lanes
    #expect(lanes.map(\.isSticky) == [true, false, true, true, false])
    #expect(lanes.map(\.spill) == [.never, .whenOut, .whenBlocked, .whenOut, .whenOut])
    #expect(lanes[0].reserve == Rate(allow: 25, per: .seconds(60)))
    #expect(lanes[1].reserve == Rate(allow: 30, per: .seconds(60)))
    #expect(lanes[2].reserve == nil)
  }

  @Test(
    "have faults that tell the place and what is allowed",
    arguments: [
      ("x: { sticky: caller }", "11:20: found \"caller\", allowed for sticky: account"),
      (
        "x: { spill: out }",
        """
        11:12: \"spill\" means nothing to a lane whose accounts use any key, allowed: sticky: \
        account
        """
      ),
      (
        "x: { sticky: account, spill: blockd }",
        """
        11:36: found \"blockd\", allowed for spill: never, out, blocked; did you mean \"blocked\"?
        """
      ),
      (
        "x: { reserve: 20 }",
        """
        11:21: \"20\" is no rate, allowed: a number, / and s, min, hour or day, such as 120/min \
        or 50/5s
        """
      ),
      (
        "x: { reserve: 241/min }",
        """
        11:21: lane \"x\" reserves more than limit \"rate\" allows, allowed for reserve: at most \
        240/min
        """
      ),
      (
        "x: { keys: a, reserve: 121/min }",
        """
        11:30: lane \"x\" reserves more than limit \"rate\" allows, allowed for reserve: at most \
        120/min
        """
      ),
      (
        "x: { keys: a, reserve: 61/30s, costs: { rate: 2 } }",
        """
        11:30: lane \"x\" reserves more than limit \"rate\" allows, allowed for reserve: at most \
        60/30s
        """
      ),
      (
        "x: { match: POST /posts, reserve: 26/min }",
        """
        11:41: lane \"x\" reserves more than limit \"posts\" allows, allowed for reserve: at most \
        25/min
        """
      ),
      (
        "x: { match: /x, keys: a, reserve: 100/min }\ny: { keys: a, reserve: 1/s }",
        """
        12:30: lane \"y\" reserves more than limit \"rate\" allows beside the lanes above, \
        allowed for reserve: none
        """
      ),
      (
        "x: { match: /x, keys: a, reserve: 100/min }\ny: { keys: a, reserve: 30/min }",
        """
        12:30: lane \"y\" reserves more than limit \"rate\" allows beside the lanes above, \
        allowed for reserve: at most 20/min
        """
      ),
    ])
  func lanes(lanes: String, expected: String) {
    #expect(Sample.faults(Self.policy(lanes)) == [expected])
  }

  @Test(
    "have faults of limits, too",
    arguments: [
      (
        "reserved: { uploads: 0% }",
        "4:88: \"0%\" is no such share, allowed: 1% to 100%"
      ),
      (
        "reserved: { uploads: 60%, other: 50% }",
        "4:77: these shares are 110% together, allowed for reserved: at most 100%"
      ),
      (
        "reserved: { upload: 60% }",
        "4:79: \"upload\" is no lane of this API, allowed: uploads, other; did you mean \"uploads\"?"
      ),
      ("reserved: {}", "4:77: found an empty map, allowed in reserved: a map of names"),
      ("reserved: 30%", "4:77: found a text, allowed in reserved: a map of names"),
      (
        "measure: { json: records }",
        """
        4:84: \"records\" is no place in a JSON text, allowed: a pointer such as /data/id, with \
        ~1 for a slash and ~0 for a tilde in a name
        """
      ),
      (
        "measure: { header: X, json: /a }",
        "4:89: found header and json, allowed in measure: one of them"
      ),
      ("measure: {}", "4:76: found an empty map, allowed in measure: header or json"),
      ("measure: { body: /a }", "4:78: unknown word \"body\", allowed in measure: header, json"),
    ])
  func limits(words: String, expected: String) {
    let text = Sample.api(
      """
      limits: [ { name: x, per: api, kind: calendar, allow: 25/day, \(words) } ]
      lanes: { uploads: { match: /a, costs: { x: 5 } } }
      """)
    #expect(Sample.faults(text) == [expected])
  }

  @Test("tell what cannot be kept or counted")
  func pointless() {
    let text = Sample.api(
      """
      limits:
       - { name: x, per: lane, kind: calendar, allow: 25/day, reserved: { other: 5% } }
       - { name: y, per: api, kind: calendar, allow: 25/day, measure: { json: /a } }
      lanes: { other: { sticky: account } }
      """)
    #expect(
      Sample.faults(text) == [
        """
        5:73: limit \"x\" is per lane, so lanes do not share it, allowed: reserved in limits that \
        are not per lane
        """,
        """
        6:60: limit \"y\" measures what a request took only afterwards and no lane says what to \
        count until then, allowed: costs in a lane, such as costs: { y: 1 }
        """,
        "7:23: a sticky lane keeps each account on one key, but this API has no keys, allowed: keys",
      ])
  }

  @Test("tell that a sticky lane needs accounts")
  func noAccounts() {
    let text = Sample.api(
      """
      provider: soku
      keys: { k: { secret: env:A } }
      lanes: { other: { sticky: account } }
      """)
    #expect(
      Sample.faults(text) == [
        """
        6:23: a sticky lane keeps each account on one key, but this API does not say where the \
        account stands, allowed: account with a path, header, json or credential
        """
      ])
  }
}
