import Dialing
import Events
import Feedback
import HTTPWire
import Policy

/// What every request of an API needs, worked out once: bytes of header fields and the dialect.
final class ApiRuntime {
  /// Where an answer tells what a request took from the limit of this index.
  struct Measured {
    let limit: Int
    let measure: Measure
  }

  let name: String
  let isCatchAll: Bool
  /// Where its requests go; the catch-all's go where each one says.
  let address: OriginAddress
  let credential: CredentialRule?
  /// Where the caller's own credential stands, where that tells callers apart.
  let ownCredential: FieldKey?
  /// The credential's field line up to the key.
  private let keyStart: [UInt8]
  private let keys: [ApiKey]
  let dialect: Dialect
  /// Finds the fields by which its successes state something.
  let stated: StatedFields
  let idempotency: IdempotencyRule?
  /// Where a request's idempotency key stands.
  let idempotencyKey: FieldKey?
  /// The protocols that its requests may switch to.
  let upgrades: [String]
  let measures: [Measured]
  /// Whether the bodies of successes may tell something.
  let readsSuccess: Bool
  /// Whether a request's body may name its account.
  let searchesBodies: Bool
  /// Which of its endpoints requests went to last.
  var endpoints = EndpointMemo()
  /// Whether a limit is so short that the round trip matters (limits-science.md section 3.2, T2).
  let learnsRoundTrip: Bool

  init(_ api: Api, in pool: ConnectionPool) {
    name = api.name
    isCatchAll = api.isCatchAll
    address = OriginAddress(
      pool.keepSlot(
        for: DialTarget(
          isSecure: api.origin.isSecure, host: api.origin.host, port: api.origin.port,
          certificateAuthorities: api.certificateAuthorities)))
    credential = api.credential
    let injectsKey = !api.keys.isEmpty && api.credential?.fromCaller != true
    ownCredential = injectsKey ? nil : api.credential.map { FieldKey($0.header) }
    dialect = api.dialect
    stated = StatedFields(
      stated: api.dialect.statedFields, others: api.dialect.otherFields)
    idempotency = api.idempotency
    idempotencyKey = api.idempotency.map { FieldKey($0.header) }
    upgrades = api.upgrades
    measures = api.limits.enumerated().compactMap { index, rule in
      rule.measure.map { Measured(limit: index, measure: $0) }
    }
    readsSuccess =
      api.dialect.readsSuccess
      || measures.contains { if case .json = $0.measure { true } else { false } }
    searchesBodies = api.accountSelectors.contains {
      if case .json = $0 { true } else { false }
    }
    learnsRoundTrip = api.limits.contains {
      $0.kind.period.map { $0 < .seconds(10) } ?? false
    }
    keys = api.keys
    var line: [UInt8] = []
    if let rule = api.credential {
      HeadWriter.text(rule.scheme.map { "\(rule.header): \($0) " } ?? "\(rule.header): ", to: &line)
    }
    keyStart = line
  }

  /// Appends the credential's field line with a key of the API, which moves no bytes afterwards.
  func writeKey(_ key: Int, to output: inout [UInt8]) {
    keys[key].secret.append(to: &output) { output, count in
      output.makeRoom(for: keyStart.count + count + 2)
      output.append(contentsOf: keyStart)
    }
    HeadWriter.lineEnd(to: &output)
  }
}
