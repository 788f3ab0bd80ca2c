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
  private let address: OriginAddress
  /// The path and query that leave, or `*`.
  let path: ArraySlice<UInt8>
  let route: Route
  /// The idempotency key that is added, as a whole line; the same in all attempts.
  let addedKey: [UInt8]?
  /// The protocols the request may switch its connection to, as it names them.
  let upgrade: [String]
  /// How long the caller says it will wait, from `Prefer: wait=N` (RFC 7240 section 4.3).
  let patience: Duration?

  /// Reads the head's target: an absolute URI, or a base URL whose first segment names an API.
  ///
  /// - Throws: `Problem` for what no entrance takes.
  static func destination(
    of head: RequestHead, through entrance: Entrance, in context: ProxyContext
  ) throws(Problem) -> Destination {
    try Screening.check(head, in: context)
    let destination = try Destination(head, through: entrance, in: context)
    try Screening.checkFields(head, for: context.apis[destination.api])
    return destination
  }

  /// Whether the request's body may name the account.
  static func needsBody(
    _ head: RequestHead, to destination: Destination, in context: ProxyContext
  ) -> Bool {
    endpoint(of: head, destination, context.apis[destination.api], in: context).needsBody
  }

  private static func endpoint(
    of head: RequestHead, _ destination: Destination, _ api: ApiRuntime, in context: ProxyContext
  ) -> EndpointRoute {
    api.endpoints.route(
      api: destination.api, method: head.block.slice(head.methodRange), target: destination.path,
      by: context.router)
  }

  /// Asks the rulebook about the request; `body` is what may name the account, where it is needed.
  ///
  /// - Throws: `Problem` for a batch without a proper name.
  init(
    _ head: RequestHead, body: [UInt8]?, to destination: Destination, from peer: String,
    in context: ProxyContext
  ) throws(Problem) {
    let api = context.apis[destination.api]
    let block = head.block
    let router = context.router
    var caller = peer
    if let name = router.callerField, let named = block.value(named: name) { caller = named }
    var ownKey: String?
    if let key = api.ownCredential { ownKey = Call.digest(of: key, in: block) }
    var route = router.route(
      Call.endpoint(of: head, destination, api, in: context), field: { block.value(named: $0) },
      caller: caller, ownKey: ownKey, body: { body })
    // What a host without a policy says about its limits holds for that host alone.
    if api.isCatchAll {
      let target = destination.address.slot.target
      route.ownKey = "\(target.host):\(target.port)"
    }
    if let batch = try BatchName.read(from: block) { route.batch = batch }
    var addedKey: [UInt8]?
    if let key = api.idempotencyKey, IdempotencyKey.isNeeded(by: head.method) {
      let isThere = block.first(key).map { !$0.value.isEmpty } ?? false
      if !isThere, api.idempotency?.adds == true { addedKey = IdempotencyKey.line(for: key) }
      if isThere || addedKey != nil { route.repeatability = .keyed }
    }
    self.addedKey = addedKey
    self.head = head
    self.api = api
    self.route = route
    address = destination.address
    path = destination.path
    patience = Call.patience(in: block)
    upgrade = Upgrade.asked(by: head, allowed: api.upgrades)
    if !upgrade.isEmpty { try context.checkTunnels() }
  }

  /// Where its connections wait.
  var slot: PoolSlot { address.slot }
  /// The `Host` field that leaves.
  var host: [UInt8] { address.hostField }

  /// The request's batch, as the admission engine tells it from others.
  var batch: FailedBatches.Key? {
    route.batch.map {
      FailedBatches.Key(api: route.api, lane: route.lane, caller: route.caller, name: $0)
    }
  }

  /// Names the caller's own credential without being it; differs from run to run.
  private static func digest(of key: FieldKey, in block: FieldBlock) -> String? {
    guard let field = block.first(key) else { return nil }
    var hasher = Hasher()
    for byte in block.slice(field.value) { hasher.combine(byte) }
    return String(UInt(bitPattern: hasher.finalize()), radix: 16)
  }

  private static func patience(in block: FieldBlock) -> Duration? {
    guard block.contains(.prefer) else { return nil }
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
