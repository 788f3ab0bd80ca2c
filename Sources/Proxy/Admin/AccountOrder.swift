import HTTPWire

/// What an operator asks for an account: `POST /accounts/{api}/{account}/close` or `/open`.
struct AccountOrder {
  enum Verb: String { case close, open }

  let api: Int
  let account: String
  let verb: Verb

  /// Reads the request; nil when its path is another one.
  ///
  /// - Throws: `Problem` for another method, a page of a browser, and names that are none.
  init?(_ head: RequestHead, path: String, in context: ProxyContext) throws(Problem) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].isEmpty, parts[1] == "accounts",
      let verb = Verb(rawValue: String(parts[4]))
    else { return nil }
    guard head.method == .post else {
      var problem = Problem(
        405, "method-not-allowed", "accounts are closed and opened with POST")
      problem.allow = "POST"
      throw problem
    }
    // Browsers send it with every POST; tools do not.
    guard !head.block.contains(.origin) else {
      throw Problem(403, "foreign-origin", "pages of a browser may not close or open accounts")
    }
    guard let name = PercentText.decoded(parts[2]), let api = context.router.api(named: name)
    else { throw Problem(404, "no-such-api", "no API of the policy has this name") }
    guard let account = PercentText.decoded(parts[3]), !account.isEmpty else {
      throw Problem(400, "bad-account", "the account is to be a name, percent-encoded as UTF-8")
    }
    self.api = api
    self.account = account
    self.verb = verb
  }

  /// Does what was asked.
  ///
  /// - Throws: `Problem` when that cannot be done.
  func carryOut(in context: ProxyContext) throws(Problem) {
    switch verb {
    case .close:
      guard context.desk.close(account: account, api: api) else {
        var problem = Problem(
          503, "queue-full", "more accounts are in use than the proxy keeps limits for")
        problem.retryAfter = .seconds(10)
        throw problem
      }
    case .open:
      guard context.desk.open(account: account, api: api) else {
        throw Problem(409, "not-closed", "the account is open already")
      }
    }
  }
}
