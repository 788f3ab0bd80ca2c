import Dialing
import HTTPWire
import Policy
import Timekeeping

/// One request as Penstock understood it: which API, where it goes, and what the rulebook says.
///
/// A class, so that the frames of the tasks that wait hold a pointer to it and not itself.
final class Call {
  let head: RequestHead
  let api: ApiRuntime
  let target: DialTarget
  /// The `Host` field that leaves.
  let host: [UInt8]
  /// The path and query that leave, or `*`.
  let path: [UInt8]
  let route: Route
  /// How long the caller says it will wait, from `Prefer: wait=N` (RFC 7240 section 4.3).
  let patience: Duration?

  /// Reads the head's target: an absolute URI, or a base URL whose first segment names an API.
  ///
  /// - Throws: `Problem` for what no entrance takes.
  init(_ head: RequestHead, from peer: String, in context: ProxyContext) throws(Problem) {
    try Screening.check(head, in: context)
    let destination = try Destination(head, in: context)
    let api = context.apis[destination.api]
    try Screening.checkConnectionOptions(head, credential: api.credential?.header)
    self.head = head
    self.api = api
    target = destination.target
    host = destination.host
    path = destination.path
    let block = head.block
    let ownKey = api.injectsKey ? nil : Call.digest(of: api.credential, in: block)
    var route = context.router.route(
      api: destination.api, method: block.string(head.methodRange),
      target: String(decoding: destination.path, as: UTF8.self),
      field: { block.value(named: $0) }, caller: Call.caller(block, peer, context.router.rulebook),
      ownKey: ownKey)
    // What a host without a policy says about its limits holds for that host alone.
    if api.isCatchAll { route.ownKey = "\(target.host):\(target.port)" }
    self.route = route
    patience = Call.patience(in: block)
  }

  private static func caller(_ block: FieldBlock, _ peer: String, _ book: Rulebook) -> String {
    guard case .header(let name) = book.callers else { return peer }
    return block.value(named: name) ?? peer
  }

  /// Names the caller's own credential without being it; differs from run to run.
  private static func digest(of rule: CredentialRule?, in block: FieldBlock) -> String? {
    guard let rule, let field = block.first(named: rule.header) else { return nil }
    var hasher = Hasher()
    for byte in block.slice(field.value) { hasher.combine(byte) }
    return String(UInt(bitPattern: hasher.finalize()), radix: 16)
  }

  private static func patience(in block: FieldBlock) -> Duration? {
    for element in block.elements(of: .prefer) {
      let preference = block.string(element).lowercased().split(separator: ";").first ?? ""
      let parts = preference.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " } }
      guard parts.count == 2, parts[0] == "wait" else { continue }
      let digits = parts[1].filter { $0 != "\"" }
      guard digits.count <= 9, let seconds = Int(digits), seconds >= 0 else { continue }
      return .seconds(seconds)
    }
    return nil
  }
}
