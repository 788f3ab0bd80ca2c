import Dialing
import HTTPWire
import Policy

/// Where CONNECT leads (RFC 9110 section 9.3.6).
extension Destination {
  /// What is to become of a CONNECT.
  enum Connection {
    /// The bytes pass untouched.
    case tunnel(Destination)
    /// The TLS inside ends here.
    case intercept(Intercepted)
  }

  private static let ways =
    "send http:// requests through the proxy, use the base URL http://ADDRESS/NAME/..., or set "
    + "connect: intercept or connect: tunnel in the policy"

  /// What the policy says of CONNECT to the target of `head`.
  ///
  /// - Throws: `Problem` 403 for a host or port that CONNECT does not lead to.
  static func connection(
    of head: RequestHead, through entrance: Entrance, in context: ProxyContext
  ) throws(Problem) -> Connection {
    guard case .authority(let range, let port) = head.target else {
      throw Problem(400, "malformed-request", "CONNECT needs a host and a port", closes: true)
    }
    guard case .proxy = entrance else {
      throw Problem(403, "nested-connect", "CONNECT leads nowhere inside a CONNECT")
    }
    let host = LocalName.normalised(head.block, range)
    guard let api = context.router.connectApi(host: host, port: port) else {
      guard !context.router.isDeclared(host: host) else {
        throw Problem(
          403, "connect-refused", "CONNECT to this host and port is refused: \(ways)")
      }
      return try unknown(host, port: port, in: context)
    }
    switch context.router.rulebook.apis[api].connect {
    case .refuse:
      throw Problem(403, "connect-refused", "CONNECT to this API is refused: \(ways)")
    case .tunnel:
      let origin = context.apis[api].address.slot.target
      let target = DialTarget(isSecure: false, host: origin.host, port: origin.port)
      return .tunnel(Destination(api: api, address: OriginAddress(context.pool.slot(for: target))))
    case .intercept: return .intercept(Intercepted(host: host, port: port, api: api))
    }
  }

  /// A tunnel's end: it has no path, and rules for `/` are the ones that count it.
  private init(api: Int, address: OriginAddress) {
    self.api = api
    self.address = address
    path = [UInt8(ascii: "/")]
  }

  private static func unknown(
    _ host: String, port: UInt16, in context: ProxyContext
  ) throws(Problem) -> Connection {
    let api = try Destination.catchAll(for: host, in: context)
    let rule = context.router.rulebook.apis[api].connect
    guard rule != .refuse else {
      throw Problem(
        403, "connect-refused", "CONNECT to hosts outside the policy is refused: \(ways)")
    }
    // Behind port 80 stands plain HTTP, which is to be sent to the proxy and seen by it.
    guard port != 80, context.router.rulebook.unknownHosts.ports.contains(port) else {
      throw Problem(
        403, "port-prohibited", "CONNECT does not lead to this port of hosts outside the policy")
    }
    guard rule == .tunnel else {
      return .intercept(Intercepted(host: host, port: port, api: api))
    }
    return .tunnel(
      Destination(
        api: api,
        address: undeclared(host, port: port, isSecure: false, in: context)))
  }
}
