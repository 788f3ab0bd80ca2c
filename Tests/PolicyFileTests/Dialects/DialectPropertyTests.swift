import Feedback
import Seeding
import Testing

@Suite("Any answer") struct DialectPropertyTests {
  static let pieces = [
    "0", "9", "1e", "-", ".", ",", " ", ";", "=", "\"", "(", ")", ":", "?1", "@", "%\"", "%e2",
    "1772280030", "99999999999999999999", "999999999999999", "1e300", "1e-300", "Sat", "Sat, ",
    "28 Feb 2026", "12:00:30", " GMT", "Sat, 28 Feb 2026 12:00:30 GMT", "2026-02-28T12:01", "Z",
    "Sat Feb 28 2026 13:00:45 GMT+0100", "²", "\u{0}", "é", "5m", "12ms", "9223372036854775807ns",
    "\"burst\";r=0;t=30", "default;a=1;w=9", "limit=1, remaining=0, reset=5", "q=5;w=60",
    "32/40", "0/0", "/", "true", "user", "shared", "jira-quota-", "100;window=60",
  ]
  static let bodies = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "0", "-1", "1e309", "null", "true", "\"34.07s\"",
    #"{"error":{"code":"#, #""details":["#, #"{"retryDelay":"5s"}"#, #""retryAfter":"#,
    #""THROTTLED""#, #"{"errors":[{"extensions":{"code":"THROTTLED"}}],"extensions":{"cost":{"#,
    #""requestedQueryCost":752,"#, #""throttleStatus":{"maximumAvailable":1e18,"#,
    #""currentlyAvailable":-5,"restoreRate":0.0000001}}}}"#, #""restoreRate":50}}}}"#,
    #""violated-policies":["burst"]"#, "<Code>SlowDown</Code>",
  ]

  static func fields(of dialect: Dialect) -> [String] {
    func name(_ part: AnswerPart?) -> String? {
      if case .field(let name)? = part { name } else { nil }
    }
    var parts: [AnswerPart?] = dialect.blamed + dialect.delays.fields.map(\.part)
    for rule in dialect.estimates {
      parts += [rule.namePart, rule.limit, rule.remaining, rule.used, rule.windowPlace?.part]
      parts += rule.resets.map(\.part)
    }
    for rule in dialect.codes { parts += rule.parts }
    let policies = dialect.policies.flatMap { [$0.field, $0.policyField] }
    return parts.compactMap(name) + policies
      + ["date", "age", "retry-after", "retry-after-ms", dialect.tierField ?? "date"]
  }

  @Test("neither traps nor states a delay out of bounds", arguments: Provider.names)
  func bounded(name: String) {
    let seed: UInt64 = 0x5EED_0002
    var random = SplitMix64(seed: seed)
    let dialect = Provider.dialect(name)
    let names = Self.fields(of: dialect)
    let statuses = [200, 400, 401, 402, 403, 404, 409, 429, 429, 429, 500, 503, 529]
    func text(_ pieces: [String], _ most: Int, _ random: inout SplitMix64) -> String {
      (0..<Int.random(in: 0...most, using: &random))
        .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }
    var delays = 0
    for round in 0..<3_000 {
      var fields: [String: String] = [:]
      for name in names where Bool.random(using: &random) {
        fields[name] = text(Self.pieces, Bool.random(using: &random) ? 1 : 3, &random)
      }
      if Bool.random(using: &random) { fields["date"] = "Sat, 28 Feb 2026 12:00:00 GMT" }
      let body = Array(text(Self.bodies, 8, &random).utf8)
      let status = statuses.randomElement(using: &random) ?? 429
      let reading = dialect.read(status: status, field: { fields[$0] }, body: body)
      let place = "seed \(seed), round \(round), \(name) \(status): \(fields)"
      var stated = FieldMask.empty
      for (place, name) in dialect.statedFields.enumerated() where fields[name] != nil {
        stated.insert(place)
      }
      var asked: Set<String> = []
      let hinted = dialect.read(
        status: status, stated: stated,
        field: {
          asked.insert($0)
          return fields[$0]
        }, body: body)
      #expect(hinted == reading, "\(place)")
      let read = Set(dialect.statedFields + dialect.otherFields)
      #expect(asked.isSubset(of: read) || !dialect.isQuiet(status: status), "\(place)")
      if let delay = reading.signal?.delay {
        delays += 1
        let most = reading.signal?.kind == .quota ? RetryAfter.farthest : RetryAfter.longest
        #expect(delay >= .zero && delay <= most, "\(place)")
      }
      if let reason = reading.signal?.reason {
        #expect(reason.utf8.count <= 64 && !reason.isEmpty, "\(place)")
      }
      #expect(reading.estimates.count <= 32, "\(place)")
      for estimate in reading.estimates {
        #expect(estimate.remaining ?? 0 >= 0 && estimate.limit ?? 0 >= 0, "\(place)")
        #expect(estimate.window ?? .seconds(1) > .zero, "\(place)")
        let reset = estimate.reset ?? .zero
        #expect(reset >= .zero && reset <= RetryAfter.farthest, "\(place)")
        #expect(estimate.limit != nil || estimate.remaining != nil, "\(place)")
      }
    }
    #expect(delays > 40, "too few answers state a delay: \(delays)")
  }

  @Test func aSuccessThatStatesNothingIsNotAskedForAnything() {
    for name in ["tiktok-shop", "stripe", "notion", "google", "twilio", "aws"] {
      var asked = 0
      let reading = Provider.dialect(name).read(
        status: 200,
        field: { _ in
          asked += 1
          return nil
        }, body: [])
      #expect(reading == .plain(status: 200))
      #expect(asked == 0, "\(name)")
    }
  }
}
