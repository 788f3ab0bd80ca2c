import Dialing
import HTTPWire
import Policy

/// Where a request goes: the API its target names, and the path that leaves.
struct Destination {
  let api: Int
  let address: OriginAddress
  let path: ArraySlice<UInt8>

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
        host: host, in: head.block, port: port, isSecure: isSecure,
        path: Destination.path(head.block.slice(path), of: head.method), context)
    case .origin(let target):
      // A page in a browser must not reach the keys through a name that resolves to us.
      if let host = head.hostField, !LocalName.isLocal(head.block, host.host) {
        throw Problem(403, "foreign-host", "base URLs are served under localhost names only")
      }
      try self.init(base: target.range, in: head.block, of: head.method, context)
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
      path = Destination.path(block.slice(range), of: head.method)
    case .origin(let range): path = block.slice(range)
    case .asterisk, .authority: path = [UInt8(ascii: "*")]
    }
    guard isSame else {
      throw Problem(
        403, "wrong-authority", "the request is for another host than the one CONNECT named")
    }
    api = host.api
    let declared = context.apis[api]
    address =
      declared.isCatchAll
      ? Destination.undeclared(host.host, port: host.port, isSecure: true, in: context)
      : declared.address
  }

  /// An absolute URI, as callers of an HTTP proxy send it.
  private init(
    host range: ByteRange, in block: FieldBlock, port: UInt16?, isSecure: Bool,
    path: ArraySlice<UInt8>, _ context: ProxyContext
  ) throws(Problem) {
    self.path = path
    let all = block.bytes
    let name = all.span.extracting(LocalName.bare(block, range).range)
    if let api = context.router.api(host: name, port: port, isSecure: isSecure) {
      self.api = api
      address = context.apis[api].address
      return
    }
    let host = LocalName.normalised(block, range)
    let api = try Destination.catchAll(for: host, in: context)
    let port = port ?? (isSecure ? 443 : 80)
    let ports = context.router.rulebook.unknownHosts.ports
    guard ports.contains(port) else {
      let allowed = ports.sorted().map(String.init).joined(separator: ", ")
      throw Problem(
        403, "port-prohibited", "hosts outside the policy are reached on ports \(allowed) only")
    }
    self.api = api
    address = Destination.undeclared(host, port: port, isSecure: isSecure, in: context)
  }

  /// A host that no API declares: its addresses must be public, or allowed by the policy.
  static func undeclared(
    _ host: String, port: UInt16, isSecure: Bool, in context: ProxyContext
  ) -> OriginAddress {
    let target = DialTarget(isSecure: isSecure, host: host, port: port, isPublicOnly: true)
    return OriginAddress(context.pool.slot(for: target))
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
    base target: Range<Int>, in block: FieldBlock, of method: HTTPWire.Method,
    _ context: ProxyContext
  ) throws(Problem) {
    let all = block.bytes
    let bytes = all.span
    let start = target.lowerBound + 1
    var end = start
    while end < target.upperBound, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?")
    {
      end += 1
    }
    guard let api = context.router.api(named: bytes.extracting(start..<end)) else {
      throw Problem(404, "no-such-api", "no API of the policy has the name the path begins with")
    }
    self.api = api
    address = context.apis[api].address
    path = Destination.path(block.bytes[end..<target.upperBound], of: method)
  }

  /// The path as it leaves: never empty, otherwise untouched (RFC 9110 section 7.7).
  private static func path(
    _ path: ArraySlice<UInt8>, of method: HTTPWire.Method
  ) -> ArraySlice<UInt8> {
    if path.isEmpty { return [UInt8(ascii: method == .options ? "*" : "/")] }
    return path.first == UInt8(ascii: "/") ? path : [UInt8(ascii: "/")] + path
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
