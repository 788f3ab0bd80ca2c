import Feedback
import Testing

/// Faults in a `dialect:`; its words begin in line 2, column 3.
@Suite("Faults in a dialect") struct DialectFaultTests {
  static let places =
    "neither header nor body, allowed for reset: one of them"
  static let permanent =
    "a permanent no takes a key or an account out, allowed: scope: key or scope: account, or "
    + "class: pass where the answer is only for the caller"

  static func faults(_ words: String) -> [String] {
    Provider.faults(
      "dialect:\n" + words.split(separator: "\n").map { "  " + $0 + "\n" }.joined())
  }

  @Test(arguments: [
    (
      "codse: []",
      "2:3: unknown word \"codse\", allowed in dialect: blames, codes, delay, estimates, "
        + "idempotency-header, ietf, rejects-counted, scope, statuses, tier; did you mean \"codes\"?"
    ),
    ("rejects-counted: no", "2:20: found \"no\", allowed for rejects-counted: true, false"),
    (
      "scope: { room: kye }",
      "2:18: found \"kye\", allowed for room: key, account, endpoint, api, narrowest; "
        + "did you mean \"key\"?"
    ),
    ("tier: X Tier", "2:9: this is no header name, allowed: one token, such as X-API-Key"),
    (
      "statuses: { 42: limit }", "2:15: found \"42\", allowed in statuses: 200 to 599"
    ),
    (
      "statuses: { 429: limti }",
      "2:20: found \"limti\", allowed for class: limit, quota, permanent, soft-block, overload, "
        + "concurrency, lock, failure, pass; did you mean \"limit\"?"
    ),
    ("statuses: { 402: permanent }", "2:20: \(permanent)"),
    ("statuses: { 402: { class: permanent, scope: api } }", "2:20: \(permanent)"),
    (
      "statuses: { 403: { when: spent } }",
      "2:28: found \"spent\", allowed for when: exhausted"
    ),
    (
      "codes: { body: /a }",
      "2:10: found a map, allowed for codes: a list such as - { body: /error/code, "
        + "values: { slow_down: limit } }"
    ),
    (
      "codes: [ { values: { a: limit } } ]",
      "2:12: this does not say where the codes stand, allowed: header, body or both"
    ),
    (
      "codes: [ { body: /a } ]",
      "2:12: found neither values nor contains, allowed in codes: one of them"
    ),
    (
      "codes: [ { body: /a, values: { a: limit }, contains: { b: limit } } ]",
      "2:46: found values and contains, allowed in codes: one of them"
    ),
    (
      "codes: [ { body: error.code, values: { a: limit } } ]",
      "2:20: \"error.code\" is no place in a JSON text, allowed: a pointer such as /data/id, with "
        + "~1 for a slash and ~0 for a tilde in a name"
    ),
    (
      "codes: [ { body: /a, on: 4290, values: { a: limit } } ]",
      "2:28: found \"4290\", allowed for on: 200 to 599"
    ),
    (
      "codes: [ { body: /a, values: { a: { at-lest: 1s } } } ]",
      "2:39: unknown word \"at-lest\", allowed in a meaning: at-least, blames, class, default, "
        + "processed, scope, until; did you mean \"at-least\"?"
    ),
    (
      "codes: [ { body: /a, values: { a: { default: 1 } } } ]",
      "2:48: \"1\" is no duration, allowed: a number with ms, s, m, h or d, such as 30s"
    ),
    (
      "codes: [ { body: /a, values: { \"\": limit } } ]",
      "2:34: found \"\", allowed in values: a code or a part of one"
    ),
    (
      "delay: { header: { name: X-Wait, unit: sec } }",
      "2:42: found \"sec\", allowed for unit: es, ems, ds, dms, iso, imf, go, auto"
    ),
    (
      "delay: { body: { unit: ds } }",
      "2:18: this has no path, allowed for body: a pointer such as /error/retry_after, "
        + "{ path: /error/retry_after, unit: dms }, or a list of these"
    ),
    (
      "estimates: [ { name: a } ]",
      "2:16: this states nothing of a bucket, allowed: limit, remaining, used or reset"
    ),
    (
      "estimates: [ { limit: X-A, window: 0s } ]",
      "2:38: found a span of nothing, allowed for window: 1ms to 366d"
    ),
    ("estimates: [ { reset: { unit: es } } ]", "2:25: found \(places)"),
    (
      "estimates: [ { reset: { header: X-A, means: fulll } } ]",
      "2:47: found \"fulll\", allowed for means: window-end, full, next-slot, oldest-expires; "
        + "did you mean \"full\"?"
    ),
    (
      "ietf: { feild: X }",
      "2:11: unknown word \"feild\", allowed in ietf: field, policy, reset, scope; "
        + "did you mean \"field\"?"
    ),
  ])
  func tellThePlaceAndWhatIsAllowed(words: String, fault: String) {
    #expect(Self.faults(words) == [fault])
  }

  @Test func areAllReportedAtOnce() {
    let found = Self.faults("tier: X Tier\nscope: { room: kye }\nstatuses: { 42: limit }")
    #expect(found.count == 3)
  }

  @Test func everyWordOfADialectIsHeard() throws {
    let dialect = try Provider.read(
      """
      dialect:
        rejects-counted: false
        idempotency-header: Idem-Key
        tier: X-Tier
        scope: { room: account, unstated: api }
        statuses: { 420: limit, 403: { class: quota, when: exhausted, processed: true } }
        delay: { header: [X-A, { name: X-B, unit: dms }], canonical: X-A, default: 4s }
        blames: [X-Bucket, { body: /bucket }]
        codes:
          - header: X-Reason
            body: [/code, /errors/*/code]
            on: [429, 420]
            values: { "a*": { class: lock, blames: b, until: midnight, at-least: 1s, default: 2s } }
        estimates:
          - { name: n, named-by: X-N, scope: api, used: X-U, window: { header: X-W, unit: dms }, bound: upper }
        ietf: [{ field: R, policy: P, scope: endpoint, reset: { header: X-R, unit: imf, means: next-slot } }]
      """
    ).get()
    let verdict = Meaning(
      .lock, atLeast: .seconds(1), fallback: .seconds(2), untilMidnight: true, bucket: "b")
    #expect(
      dialect
        == Dialect(
          name: "own",
          statuses: StatusRule.standard + [
            StatusRule(420, Meaning(.limit)),
            StatusRule(403, Meaning(.quota, isUnprocessed: false), needsExhaustion: true),
          ],
          codes: [
            CodeRule(
              [.field("x-reason"), .body(["code"]), .body(["errors", "*", "code"])],
              statuses: [429, 420], entries: [.init("a*", verdict)])
          ],
          delays: DelayRule(
            fields: [.init(.field("x-a")), .init(.field("x-b"), format: .deltaMilliseconds)],
            canonical: "x-a", fallback: .seconds(4)),
          roomScope: .account, unstatedScope: .api,
          blamed: [.field("x-bucket"), .body(["bucket"])],
          estimates: [
            EstimateRule(
              name: "n", namePart: .field("x-n"), scope: .api, used: .field("x-u"),
              windowPlace: .init(.field("x-w"), format: .deltaMilliseconds),
              isOnlyUpperBound: true)
          ],
          policies: [
            PolicyRule(
              field: "r", policyField: "p", scope: .endpoint,
              resets: [ResetField(.field("x-r"), format: .httpDate, meaning: .nextSlot)])
          ],
          rejectsCounted: false, idempotencyHeader: "idem-key", tierField: "x-tier"))
  }
}
