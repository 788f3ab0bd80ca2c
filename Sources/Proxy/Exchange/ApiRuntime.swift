import Dialing
import Feedback
import HTTPWire
import Policy

/// What every request of an API needs, worked out once: bytes of header fields and the dialect.
final class ApiRuntime {
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

  init(_ api: Api) {
    name = api.name
    isCatchAll = api.isCatchAll
    target = DialTarget(
      isSecure: api.origin.isSecure, host: api.origin.host, port: api.origin.port,
      certificateAuthorities: api.certificateAuthorities)
    host = ApiRuntime.hostField(api.origin.authority)
    credential = api.credential
    dialect = Dialect.named(api.provider) ?? .generic
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
