import Events
import HTTPWire
import Policy

/// Who may use the admin pages: whoever comes under a local name, and knows the token where there is
/// one.
struct AdminGate {
  /// Whether the name under which the operator comes matters.
  ///
  /// A page in a browser cannot reach a Unix socket, and tools name it as they like.
  private let checksHost: Bool
  private let token: Secret?

  init(_ socket: ListeningSocket, token: Secret?) {
    checksHost = socket.port != nil
    self.token = token
  }

  /// - Throws: `Problem`: 403 for a foreign name, 401 without the token.
  func check(_ head: RequestHead) throws(Problem) {
    // A page in a browser must not read the stats through a name that resolves to us.
    let isLocal = head.hostField.map { LocalName.isLocal(head.block, $0.host) } ?? false
    guard isLocal || !checksHost else {
      throw Problem(403, "foreign-host", "the admin pages are served under localhost names only")
    }
    guard let token else { return }
    guard let given = AdminGate.bearer(of: head.block), token.matches(Array(given)) else {
      var problem = Problem(401, "unauthorized", "send the admin token as Authorization: Bearer")
      problem.challenge = "Bearer realm=\"penstock\""
      throw problem
    }
  }

  /// The token of the one `Authorization` field (RFC 6750 section 2.1); the scheme in any case.
  private static func bearer(of block: FieldBlock) -> ArraySlice<UInt8>? {
    guard let field = block.first(.authorization),
      block.fields.count(where: { $0.id == .authorization }) == 1
    else { return nil }
    let value = block.slice(field.value)
    let scheme = "bearer ".utf8
    guard value.count > scheme.count, zip(value, scheme).allSatisfy({ $0 | 0x20 == $1 }) else {
      return nil
    }
    return value.dropFirst(scheme.count).drop { $0 == 0x20 }
  }
}
