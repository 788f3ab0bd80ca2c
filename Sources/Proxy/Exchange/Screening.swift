import HTTPWire

/// What is refused before anything else is looked at.
enum Screening {
  /// The methods that are forwarded, for `Allow`.
  static let allowed = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

  /// Refuses TRACE and requests that already went through this process.
  static func check(_ head: RequestHead, in context: ProxyContext) throws(Problem) {
    guard head.method != .trace else {
      // TRACE would echo the key that is injected.
      var problem = Problem(405, "method-not-allowed", "TRACE is not forwarded")
      problem.allow = allowed
      throw problem
    }
    let block = head.block
    guard block.contains(.via) else { return }
    for element in block.elements(of: .via)
    where block.string(element).split(separator: " ").contains(context.pseudonym[...]) {
      throw Problem(508, "proxy-loop", "the request has already passed through this proxy")
    }
  }

  /// Refuses a `Connection` field that would strip the credential or the idempotency key (the codec
  /// has refused one that names the host or the framing), and more than one idempotency key.
  static func checkFields(_ head: RequestHead, for api: ApiRuntime) throws(Problem) {
    let block = head.block
    if let key = api.idempotencyKey, block.count(of: key) > 1 {
      throw Problem(400, "malformed-request", "the request has more than one idempotency key")
    }
    guard block.contains(.connection) else { return }
    let key = api.idempotency?.header
    for element in block.elements(of: .connection) {
      let isNeeded =
        FieldName.identify(block.bytes, element) == .authorization
        || (api.credential.map { block.equals(element, $0.header) } ?? false)
        || (key.map { block.equals(element, $0) } ?? false)
      guard !isNeeded else {
        throw Problem(
          400, "malformed-request", "Connection names a field that must reach the origin",
          closes: true)
      }
    }
  }
}
