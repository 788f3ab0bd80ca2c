import Feedback

/// Finds for each request its API, lane, account and the limits that count it.
///
/// Built once from a rulebook; every answer is a pure function of the request. The path is cut
/// into segments once, and hosts and names are looked up in tables.
public final class Router: Sendable {
  /// The rulebook the answers' indices point into.
  public let rulebook: Rulebook
  /// Index of the API that takes hosts no API declares; nil when those are refused.
  public let catchAll: Int?
  /// The request header that tells callers apart, lower case; nil where their address does.
  public let callerField: String?

  private let hosts: NameTable
  private let names: NameTable
  private let tables: [RouteTable]

  /// A router for `rulebook`.
  public init(_ rulebook: Rulebook) {
    self.rulebook = rulebook
    catchAll = rulebook.apis.firstIndex(where: \.isCatchAll)
    callerField = if case .header(let name) = rulebook.callers { name } else { nil }
    var hosts: [String: Int] = [:]
    var names: [String: Int] = [:]
    for (index, api) in rulebook.apis.enumerated() where !api.isCatchAll {
      names[api.name] = names[api.name] ?? index
      for host in api.hosts { hosts[host] = hosts[host] ?? index }
    }
    self.hosts = NameTable(hosts)
    self.names = NameTable(names)
    tables = rulebook.apis.map { RouteTable($0) }
  }

  /// The API a request for `host` belongs to, or nil when no API declares the host and port.
  ///
  /// The host must be declared exactly, but for the case of ASCII letters: neither `api.x.` nor
  /// `api.x.evil` is `api.x`. An IPv6 address has no brackets. The port must be absent, 80, 443 or
  /// the origin's. A request that asks for TLS (`isSecure`) never goes to an `http://` origin.
  public func api(host: String, port: UInt16?, isSecure: Bool) -> Int? {
    api(host: host.utf8.span, port: port, isSecure: isSecure)
  }

  /// The API a request for `host` belongs to, by the bytes of its name.
  public func api(host: Span<UInt8>, port: UInt16?, isSecure: Bool) -> Int? {
    guard let index = declaring(host) else { return nil }
    let origin = rulebook.apis[index].origin
    if isSecure && !origin.isSecure { return nil }
    guard let port, port != 80, port != 443, port != origin.port else { return index }
    return nil
  }

  /// The API that CONNECT to `host` and `port` belongs to, or nil when no API declares them.
  ///
  /// The host must be declared exactly, as for `api(host:port:isSecure:)`. The port must be 443 or
  /// the origin's own (RFC 9110 section 9.3.6). Behind CONNECT stands TLS, which only a tunnel can
  /// carry to an `http://` origin: such an API counts where it says `connect: tunnel`.
  public func connectApi(host: String, port: UInt16) -> Int? {
    guard let index = declaring(host.utf8.span) else { return nil }
    let api = rulebook.apis[index]
    guard api.origin.isSecure || api.connect == .tunnel else { return nil }
    return port == 443 || port == api.origin.port ? index : nil
  }

  /// Whether an API declares `host`, whatever the port: then it is nobody else's, not even for CONNECT.
  public func isDeclared(host: String) -> Bool { declaring(host.utf8.span) != nil }

  private func declaring(_ host: Span<UInt8>) -> Int? { hosts.number(of: host, inAnyCase: true) }

  /// The API of a base URL's first segment; never the one for undeclared hosts.
  public func api(named name: some StringProtocol) -> Int? {
    api(named: Array(name.utf8).span)
  }

  /// The API of a base URL's first segment, by its bytes.
  public func api(named name: Span<UInt8>) -> Int? { names.number(of: name) }

  /// What the rulebook says of every request of this method and path to the API at index `api`.
  ///
  /// - Parameters:
  ///   - method: The requests' method, as sent.
  ///   - target: Their path, as sent; a query does not count.
  public func route(api: Int, method: String, target: String) -> EndpointRoute {
    let table = tables[api]
    let path = RequestPath(target)
    let lane = table.lane(method: method, path: path)
    let account = table.account(in: path)
    let label = EndpointLabel.text(method: method, path: path, account: account?.segment)
    return EndpointRoute(
      api: api, lane: lane, label: label,
      charges: table.charges(lane: lane, method: method, path: path, endpoint: label),
      needsBody: table.needsBody(method: method, before: account?.selector),
      account: account.map { ($0.selector, path.segments[$0.segment]) },
      repeatability: table.repeatability(method: method))
  }

  /// What the rulebook says of one of those requests.
  ///
  /// - Parameters:
  ///   - shared: What it says of all of them.
  ///   - field: Looks a header field up by its lower-case name.
  ///   - caller: Who sent it.
  ///   - ownKey: A digest of the caller's own credential, where the API forwards that.
  ///   - body: Gives the whole body, nil where it is longer than 64 KiB or not at hand; asked at
  ///     most once, and only where `needsBody` says so and no selector before it finds a name.
  public func route(
    _ shared: EndpointRoute, field: (String) -> String?, caller: String, ownKey: String?,
    body: () -> [UInt8]? = { nil }
  ) -> Route {
    var route = Route(shared, caller: BoundedName.text(caller))
    if let ownKey { route.ownKey = ownKey }
    let table = tables[shared.api]
    if !table.selectors.isEmpty,
      let name = account(shared, table.selectors, field: field, ownKey: ownKey, body: body)
    {
      route.account = BoundedName.text(name)
    }
    if shared.repeatability == .once, let rule = table.idempotency,
      field(rule.header)?.isEmpty == false
    {
      route.repeatability = .keyed
    }
    return route
  }

  /// What the rulebook says of a request whose method and path are text; see the two above.
  public func route(
    api: Int, method: String, target: String, field: (String) -> String?, caller: String,
    ownKey: String?, body: () -> [UInt8]? = { nil }
  ) -> Route {
    route(
      route(api: api, method: method, target: target), field: field, caller: caller,
      ownKey: ownKey, body: body)
  }

  /// The name that the first selector with any finds.
  private func account(
    _ shared: EndpointRoute, _ selectors: [AccountSelector], field: (String) -> String?,
    ownKey: String?, body: () -> [UInt8]?
  ) -> String? {
    var content: [UInt8]??
    for index in selectors.indices {
      var found: String?
      switch selectors[index] {
      case .path: found = shared.account?.selector == index ? shared.account?.name : nil
      case .header(let name): found = field(name)
      case .credential: found = ownKey
      case .json(let names):
        if content == nil { content = .some(body()) }
        found = (content ?? nil).flatMap { Router.text(at: names, in: $0) }
      }
      if let found, !found.isEmpty { return found }
    }
    return nil
  }

  /// The text or number at a path of a JSON body.
  private static func text(at names: [String], in body: [UInt8]) -> String? {
    switch JSONScanner(body).scalar(at: names) {
    case .string(let text), .number(let text): text
    case .bool, .null, nil: nil
    }
  }
}
