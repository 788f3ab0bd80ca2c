import Feedback

/// Finds for each request its API, lane, account and the limits that count it.
///
/// Built once from a rulebook; every answer is a pure function of the request. The path is cut
/// into segments once, and hosts and names are looked up in tables.
public struct Router: Sendable {
  /// The rulebook the answers' indices point into.
  public let rulebook: Rulebook
  /// Index of the API that takes hosts no API declares; nil when those are refused.
  public let catchAll: Int?

  private let hosts: [String: Int]
  private let names: [String: Int]
  private let tables: [RouteTable]

  /// A router for `rulebook`.
  public init(_ rulebook: Rulebook) {
    self.rulebook = rulebook
    catchAll = rulebook.apis.firstIndex(where: \.isCatchAll)
    var hosts: [String: Int] = [:]
    var names: [String: Int] = [:]
    for (index, api) in rulebook.apis.enumerated() where !api.isCatchAll {
      names[api.name] = names[api.name] ?? index
      for host in api.hosts { hosts[host] = hosts[host] ?? index }
    }
    self.hosts = hosts
    self.names = names
    tables = rulebook.apis.map { RouteTable($0) }
  }

  /// The API a request for `host` belongs to, or nil when no API declares the host and port.
  ///
  /// The host must be declared exactly, but for the case of ASCII letters: neither `api.x.` nor
  /// `api.x.evil` is `api.x`. An IPv6 address has no brackets. The port must be absent, 80, 443 or
  /// the origin's. A request that asks for TLS (`isSecure`) never goes to an `http://` origin.
  public func api(host: String, port: UInt16?, isSecure: Bool) -> Int? {
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
    guard let index = declaring(host) else { return nil }
    let api = rulebook.apis[index]
    guard api.origin.isSecure || api.connect == .tunnel else { return nil }
    return port == 443 || port == api.origin.port ? index : nil
  }

  /// Whether an API declares `host`, whatever the port: then it is nobody else's, not even for CONNECT.
  public func isDeclared(host: String) -> Bool { declaring(host) != nil }

  private func declaring(_ host: String) -> Int? { hosts[host] ?? hosts[host.asciiLowercased] }

  /// The API of a base URL's first segment; never the one for undeclared hosts.
  public func api(named name: some StringProtocol) -> Int? { names[String(name)] }

  /// Whether `route` may look into the body of such a request for the account's name.
  ///
  /// False where the path names the account already, and for TRACE, which has no body
  /// (RFC 9110 section 9.3.8). A header may still name the account: then the body is not looked at.
  public func needsBody(api: Int, method: String, target: String) -> Bool {
    guard tables[api].readsBodies, method != "TRACE" else { return false }
    let path = RequestPath(target)
    for selector in tables[api].selectors {
      switch selector {
      case .path(let pattern): if pattern.accountIndex(in: path) != nil { return false }
      case .json: return true
      case .header, .credential: continue
      }
    }
    return false
  }

  /// What the rulebook says of a request to the API at index `api`.
  ///
  /// - Parameters:
  ///   - method: The request's method, as sent.
  ///   - target: Path and query, as sent.
  ///   - field: Looks a header field up by its lower-case name.
  ///   - caller: Who sent it.
  ///   - ownKey: A digest of the caller's own credential, where the API forwards that.
  ///   - body: Gives the whole body, nil where it is longer than 64 KiB or not at hand; asked at
  ///     most once, and only where `needsBody` says so and no selector before it finds a name.
  public func route(
    api: Int, method: String, target: String, field: (String) -> String?, caller: String,
    ownKey: String?, body: () -> [UInt8]? = { nil }
  ) -> Route {
    let path = RequestPath(target)
    let lane = tables[api].lane(method: method, path: path)
    var account: String?
    var accountIndex: Int?
    var content: [UInt8]??
    for selector in tables[api].selectors {
      var found: String?
      switch selector {
      case .path(let pattern):
        let index = pattern.accountIndex(in: path)
        accountIndex = accountIndex ?? index
        found = index.map { path.segments[$0] }
      case .header(let name): found = account == nil ? field(name) : nil
      case .credential: found = ownKey
      case .json(let names):
        if account != nil { continue }
        if content == nil { content = .some(body()) }
        found = (content ?? nil).flatMap { Router.text(at: names, in: $0) }
      }
      if account == nil, found?.isEmpty == false { account = found }
    }
    let endpoint = EndpointLabel.text(method: method, path: path, account: accountIndex)
    return Route(
      api: api, lane: lane, account: account.map(BoundedName.text),
      caller: BoundedName.text(caller), ownKey: ownKey, endpoint: endpoint,
      charges: tables[api].charges(lane: lane, method: method, path: path, endpoint: endpoint),
      repeatability: repeatability(api: api, method: method, field: field))
  }

  /// The text or number at a path of a JSON body.
  private static func text(at names: [String], in body: [UInt8]) -> String? {
    switch JSONScanner(body).scalar(at: names) {
    case .string(let text), .number(let text): text
    case .bool, .null, nil: nil
    }
  }

  /// Whether a request may be sent twice, by its method (RFC 9110 section 9.2.2) or its key.
  private func repeatability(
    api: Int, method: String, field: (String) -> String?
  ) -> Repeatability {
    switch method {
    case "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE": return .idempotent
    default:
      guard let rule = tables[api].idempotency else { return .once }
      if rule.adds, method == "POST" || method == "PATCH" { return .keyed }
      return field(rule.header)?.isEmpty == false ? .keyed : .once
    }
  }
}
