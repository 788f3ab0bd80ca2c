import Dialing
import HTTPWire
import Policy

/// Where a request goes: the API its target names, and the path that leaves.
struct Destination {
  let api: Int
  let slot: PoolSlot
  let host: [UInt8]
  let path: [UInt8]

  /// Reads the target of a request that came through `entrance`.
  init(
    _ head: RequestHead, through entrance: Entrance, in context: ProxyContext
  ) throws(Problem) {
    if case .intercepted(let host) = entrance {
      try self.init(inside: host, head, in: context)
      return
    }
    switch head.target {
    case .absolute(let isSecure, let host, let port, let path):
      try self.init(
        host: LocalName.normalised(head.block, host), port: port, isSecure: isSecure,
        path: Destination.path(head.block.slice(path), of: head), in: context)
    case .origin(let target):
      try self.init(base: head.block.slice(target), of: head, in: context)
    case .asterisk:
      throw Problem(404, "no-such-api", "name an API: /NAME/path, or an absolute URI")
    case .authority:
      throw Problem(
        400, "malformed-request", "CONNECT stands for the requests inside it: ask about those",
        closes: true)
    }
  }

  /// A request inside intercepted TLS: its host is the one CONNECT named, or it is refused.
  private init(
    inside host: Intercepted, _ head: RequestHead, in context: ProxyContext
  ) throws(Problem) {
    let block = head.block
    var isSame = head.hostField.map { host.isNamed(by: $0, in: block) } ?? true
    switch head.target {
    case .absolute(let isSecure, let name, let port, let range):
      isSame = isSame && isSecure && host.isNamed(host: name, port: port, in: block)
      path = Destination.path(block.slice(range), of: head)
    case .origin(let range): path = Array(block.slice(range))
    case .asterisk, .authority: path = [UInt8(ascii: "*")]
    }
    guard isSame else {
      throw Problem(
        403, "wrong-authority", "the request is for another host than the one CONNECT named")
    }
    api = host.api
    let declared = context.apis[api]
    slot =
      declared.isCatchAll
      ? Destination.undeclared(host.host, port: host.port, isSecure: true, in: context)
      : declared.slot
    self.host = declared.isCatchAll ? ApiRuntime.hostField(of: slot.target) : declared.host
  }

  /// An absolute URI, as callers of an HTTP proxy send it.
  private init(
    host: String, port: UInt16?, isSecure: Bool, path: [UInt8], in context: ProxyContext
  ) throws(Problem) {
    self.path = path
    if let api = context.router.api(host: host, port: port, isSecure: isSecure) {
      self.api = api
      slot = context.apis[api].slot
      self.host = context.apis[api].host
      return
    }
    let api = try Destination.catchAll(for: host, in: context)
    let port = port ?? (isSecure ? 443 : 80)
    let ports = context.router.rulebook.unknownHosts.ports
    guard ports.contains(port) else {
      let allowed = ports.sorted().map(String.init).joined(separator: ", ")
      throw Problem(
        403, "port-prohibited", "hosts outside the policy are reached on ports \(allowed) only")
    }
    self.api = api
    slot = Destination.undeclared(host, port: port, isSecure: isSecure, in: context)
    self.host = ApiRuntime.hostField(of: slot.target)
  }

  /// A host that no API declares: its addresses must be public, or allowed by the policy.
  static func undeclared(
    _ host: String, port: UInt16, isSecure: Bool, in context: ProxyContext
  ) -> PoolSlot {
    context.pool.slot(
      for: DialTarget(isSecure: isSecure, host: host, port: port, isPublicOnly: true))
  }

  /// The API that takes hosts which no API declares.
  static func catchAll(for host: String, in context: ProxyContext) throws(Problem) -> Int {
    guard let api = context.router.catchAll else {
      throw Problem(403, "unknown-host", "no API of the policy has this host")
    }
    // What an API declares is its own: nothing reaches it uncounted under another spelling.
    var name = host[...]
    while name.last == "." { name.removeLast() }
    guard !context.router.isDeclared(host: String(name)) else {
      throw Problem(
        403, "unknown-host", "an API has this host, but not with this port, scheme or last dot")
    }
    guard host.utf8.allSatisfy(Destination.isHostByte) else {
      throw Problem(400, "malformed-request", "the target's host is not valid", closes: true)
    }
    return api
  }

  /// A path on our own address, whose first segment names an API.
  private init(
    base target: ArraySlice<UInt8>, of head: RequestHead, in context: ProxyContext
  ) throws(Problem) {
    // A page in a browser must not reach the keys through a name that resolves to us.
    if let host = head.hostField, !LocalName.isLocal(head.block, host.host) {
      throw Problem(403, "foreign-host", "base URLs are served under localhost names only")
    }
    let inner = target.dropFirst()
    let end = inner.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
    let name = String(decoding: inner[..<(end ?? inner.endIndex)], as: UTF8.self)
    guard let api = context.router.api(named: name) else {
      throw Problem(404, "no-such-api", "no API of the policy has the name the path begins with")
    }
    self.api = api
    slot = context.apis[api].slot
    host = context.apis[api].host
    path = Destination.path(inner[(end ?? inner.endIndex)...], of: head)
  }

  /// The path as it leaves: never empty, otherwise untouched (RFC 9110 section 7.7).
  private static func path(_ path: ArraySlice<UInt8>, of head: RequestHead) -> [UInt8] {
    if path.isEmpty { return [UInt8(ascii: head.method == .options ? "*" : "/")] }
    return path.first == UInt8(ascii: "/") ? Array(path) : [UInt8(ascii: "/")] + path
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"):
      true
    default: false
    }
  }
}
