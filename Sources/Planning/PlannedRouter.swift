import Policy

/// Routes requests that exist only as methods and paths.
struct PlannedRouter {
  private let router: Router

  init(_ rulebook: Rulebook) { router = Router(rulebook) }

  /// The route of a part's request with this number.
  func route(_ part: WorkloadPart, number: Int) -> Route {
    let account = part.accounts.turn(number)
    func filled(_ text: String) -> String {
      guard let account, text.contains("{") else { return text }
      return text.replacing("{account}", with: account)
    }
    return route(
      api: part.api, method: part.method, target: filled(part.target),
      caller: part.callers.turn(number) ?? "caller", account: account
    ) { name in part.fields[name].map(filled) }
  }

  /// The route of a request of the past.
  ///
  /// - Parameter api: the API its path belongs to; nil when host or base URL name it.
  func route(_ logged: LoggedRequest, api: Int?) throws(LogFault) -> Route {
    if let name = logged.api {
      guard let api = router.api(named: name) else {
        throw LogFault(reason: "no API of the policy has its name")
      }
      return route(logged, to: api, target: path(of: logged.target))
    }
    if logged.target.hasPrefix("/") {
      if let api { return route(logged, to: api, target: logged.target) }
      let inner = logged.target.dropFirst()
      let name = inner.prefix { $0 != "/" && $0 != "?" }
      guard let api = router.api(named: name) else {
        throw LogFault(reason: "its path begins with no API's name")
      }
      return route(logged, to: api, target: rooted(inner.dropFirst(name.count)))
    }
    guard let api = self.api(ofURL: logged.target) ?? api ?? router.catchAll else {
      throw LogFault(reason: "no API of the policy has its host")
    }
    return route(logged, to: api, target: path(of: logged.target))
  }

  private func route(_ logged: LoggedRequest, to api: Int, target: String) -> Route {
    route(
      api: api, method: logged.method, target: target, caller: logged.caller,
      account: logged.account
    ) { _ in nil }
  }

  private func route(
    api: Int, method: String, target: String, caller: String, account: String?,
    field: (String) -> String?
  ) -> Route {
    let rules = router.rulebook.apis[api]
    // Callers that bring credentials are told apart by them: one each.
    let bringsKey = rules.credential?.fromCaller == true
    var route = router.route(
      api: api, method: method, target: target, field: field, caller: caller,
      ownKey: bringsKey ? account ?? caller : nil)
    if route.account == nil, !rules.accountSelectors.isEmpty { route.account = account }
    return route
  }

  private func api(ofURL text: String) -> Int? {
    let isSecure = text.hasPrefix("https://")
    let authority = text.dropFirst(isSecure ? 8 : 7).prefix { $0 != "/" && $0 != "?" }
    var host = authority
    var port: UInt16?
    if let colon = authority.lastIndex(of: ":"), authority.last != "]" {
      host = authority[..<colon]
      port = UInt16(authority[authority.index(after: colon)...])
    }
    if host.first == "[" { host = host.dropFirst().dropLast() }
    return router.api(host: String(host), port: port, isSecure: isSecure)
  }

  /// What stands behind the authority of a URL, or the path itself.
  private func path(of target: String) -> String {
    guard !target.hasPrefix("/") else { return target }
    let inner = target.dropFirst(target.hasPrefix("https://") ? 8 : 7)
    return rooted(inner.drop { $0 != "/" && $0 != "?" })
  }

  private func rooted(_ path: Substring) -> String {
    path.first == "/" ? String(path) : "/" + path
  }
}
