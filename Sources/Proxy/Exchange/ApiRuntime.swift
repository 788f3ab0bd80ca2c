import Dialing
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
  let target: DialTarget
  /// The `Host` field for the origin.
  let host: [UInt8]
  let credential: CredentialRule?
  /// The credential's field with each key of the API, whole lines.
  private let keyFields: [[UInt8]]
  let dialect: Dialect
  let idempotency: IdempotencyRule?
  let measures: [Measured]
  /// Whether the bodies of successes may tell something.
  let readsSuccess: Bool
  /// Whether a request's body may name its account.
  let searchesBodies: Bool
  /// Whether a limit is so short that the round trip matters (limits-science.md section 3.2, T2).
  let learnsRoundTrip: Bool

  init(_ api: Api) {
    name = api.name
    isCatchAll = api.isCatchAll
    target = DialTarget(
      isSecure: api.origin.isSecure, host: api.origin.host, port: api.origin.port,
      certificateAuthorities: api.certificateAuthorities)
    host = ApiRuntime.hostField(api.origin.authority)
    credential = api.credential
    dialect = api.dialect
    idempotency = api.idempotency
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
    keyFields = api.keys.map { key in
      var line: [UInt8] = []
      guard let rule = api.credential else { return line }
      let scheme = rule.scheme.map { Array("\($0) ".utf8) } ?? []
      key.secret.withBytes { HeadWriter.field(rule.header, (scheme + $0)[...], to: &line) }
      return line
    }
  }

  /// The credential's field line for a key of the API.
  func keyField(_ key: Int) -> [UInt8] { keyFields[key] }

  /// Whether the caller's own credential is replaced by a key.
  var injectsKey: Bool { !keyFields.isEmpty && credential?.fromCaller != true }

  static func hostField(_ authority: String) -> [UInt8] {
    var line: [UInt8] = []
    HeadWriter.field("Host", authority, to: &line)
    return line
  }
}
