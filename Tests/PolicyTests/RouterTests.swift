import Limits
import Policy
import Testing

@Suite("The router") struct RouterTests {
  static func pattern(_ text: String) throws -> RequestPattern {
    try #require(RequestPattern(text))
  }

  static func router() throws -> Router {
    let limits = [
      LimitRule(
        name: "rate", scope: .key,
        kind: .tokenBucket(rate: Rate(allow: 120, per: .seconds(60)), burst: 120)),
      LimitRule(
        name: "posts", scope: .account, kind: .calendar(allow: 25),
        match: [try pattern("POST /b/*/videos")]),
      LimitRule(
        name: "reads", scope: [.key, .endpoint],
        kind: .slidingWindow(rate: Rate(allow: 50, per: .seconds(5))),
        match: [try pattern("GET /b/*"), try pattern("GET /b/**")]),
      LimitRule(name: "each", scope: .endpoint, kind: .concurrency(allow: 4)),
    ]
    let tokportal = Api(
      name: "tokportal", origin: Origin(isSecure: true, host: "api.x", port: 8443),
      hosts: ["api.x", "alias.x"],
      accountSelectors: [
        .path(try #require(PathPattern("/b/{account}/**"))), .header("x-account"),
      ],
      limits: limits,
      lanes: [
        Lane(name: "uploads", match: [try pattern("POST /b/*/videos")], costs: ["rate": 4]),
        Lane(name: "writes", match: [try pattern("POST /**")]),
        Lane(name: "other"),
      ])
    let tiktok = Api(
      name: "tiktok", origin: Origin(isSecure: false, host: "::1", port: 9000), hosts: ["::1"],
      accountSelectors: [.credential],
      limits: [LimitRule(name: "all", scope: .account, kind: .concurrency(allow: 2))],
      lanes: [Lane(name: "other")])
    let rest = Api(
      name: "unknown-hosts",
      origin: Origin(isSecure: true, host: "unknown-hosts.invalid", port: 443),
      hosts: [], lanes: [Lane(name: "other")], isCatchAll: true)
    let address = ListenAddress.tcp(host: "127.0.0.1", port: 8080)
    return Router(
      Rulebook(
        proxies: [ListenRule(address)], admin: ListenRule(address),
        apis: [tokportal, tiktok, rest]))
  }

  @Test(
    "takes a host only when it is declared exactly",
    arguments: [
      ("api.x", nil, true, 0), ("API.X", nil, false, 0), ("alias.x", 80, false, 0),
      ("api.x", 443, true, 0), ("api.x", 8443, true, 0), ("api.x", 8080, true, nil),
      ("api.x", 0, false, nil), ("api.x.", nil, true, nil), ("api.x.evil", nil, true, nil),
      ("evil.api.x", nil, true, nil), ("xapi.x", nil, true, nil), ("", nil, true, nil),
      ("::1", 9000, false, 1), ("::1", nil, false, 1), ("::1", 9000, true, nil),
      ("[::1]", nil, false, nil), ("unknown-hosts.invalid", nil, true, nil),
    ] as [(String, UInt16?, Bool, Int?)])
  func hosts(host: String, port: UInt16?, isSecure: Bool, expected: Int?) throws {
    #expect(try Self.router().api(host: host, port: port, isSecure: isSecure) == expected)
  }

  @Test(
    "takes CONNECT to a declared host on 443 and on the origin's port",
    arguments: [
      ("api.x", 443, .refuse, 0), ("API.X", 443, .intercept, 0), ("alias.x", 443, .tunnel, 0),
      ("api.x", 8443, .refuse, 0), ("api.x", 80, .tunnel, nil), ("api.x", 8080, .tunnel, nil),
      ("api.x", 0, .tunnel, nil), ("api.x.", 443, .tunnel, nil), ("evil.api.x", 443, .tunnel, nil),
      ("::1", 9000, .tunnel, 1), ("::1", 443, .tunnel, 1), ("::1", 80, .tunnel, nil),
      ("::1", 9000, .refuse, nil), ("::1", 9000, .intercept, nil), ("[::1]", 9000, .tunnel, nil),
      ("", 443, .tunnel, nil), ("unknown-hosts.invalid", 443, .tunnel, nil),
    ] as [(String, UInt16, ConnectRule, Int?)])
  func connect(host: String, port: UInt16, rule: ConnectRule, expected: Int?) throws {
    var rulebook = try Self.router().rulebook
    for index in rulebook.apis.indices { rulebook.apis[index].connect = rule }
    #expect(Router(rulebook).connectApi(host: host, port: port) == expected)
  }

  @Test(
    "knows a declared host whatever the port",
    arguments: [
      ("api.x", true), ("ALIAS.x", true), ("::1", true), ("api.x.", false), ("x", false),
      ("unknown-hosts.invalid", false),
    ])
  func declared(host: String, expected: Bool) throws {
    #expect(try Self.router().isDeclared(host: host) == expected)
  }

  @Test(
    "takes a name only when it is declared exactly",
    arguments: [
      ("tokportal", 0), ("tiktok", 1), ("unknown-hosts", nil), ("Tiktok", nil), ("", nil),
    ] as [(String, Int?)])
  func names(name: String, expected: Int?) throws {
    let router = try Self.router()
    #expect(router.api(named: name) == expected)
    #expect(router.api(named: name[...]) == expected)
    #expect(router.catchAll == 2)
  }

  func route(
    _ request: String, api: Int = 0, account: String? = nil, caller: String = "10.0.0.1",
    ownKey: String? = nil
  ) throws -> Route {
    let parts = request.split(separator: " ").map(String.init)
    return try Self.router().route(
      api: api, method: parts[0], target: parts[1],
      field: { $0 == "x-account" ? account : nil }, caller: caller, ownKey: ownKey)
  }

  @Test(
    "puts a request in the first lane that fits, else in the one that takes the rest",
    arguments: [
      ("POST /b/1/videos", 0), ("POST /b/1/%76ideos", 0), ("POST /b/1/videos/", 0),
      ("POST //b/1/./videos?a=b", 0), ("POST /b/1/videos/2", 1), ("POST /", 1),
      ("GET /b/1/videos", 2), ("post /b/1/videos", 2), ("OPTIONS *", 2),
    ])
  func lanes(request: String, lane: Int) throws { #expect(try route(request).lane == lane) }

  @Test(
    "names the account by the first selector that finds one",
    arguments: [
      ("GET /b/acme/videos", "h", "acme"), ("GET /b/%61cme", nil, "acme"), ("GET /b", "h", "h"),
      ("GET /c", nil, nil), ("GET /c", "", nil),
    ] as [(String, String?, String?)])
  func accounts(request: String, header: String?, expected: String?) throws {
    #expect(try route(request, account: header).account == expected)
  }

  @Test("names the account by the caller's credential")
  func credential() throws {
    let route = try route("GET /v2/user", api: 1, ownKey: "d1g3st")
    #expect(route.account == "d1g3st")
    #expect(route.ownKey == "d1g3st")
    #expect(try self.route("GET /v2/user", api: 1).account == nil)
  }

  @Test(
    "charges every limit that counts the request, at the lane's cost",
    arguments: [
      (
        "POST /b/7/videos",
        [
          Charge(limit: 0, cost: 4), Charge(limit: 1),
          Charge(limit: 3, endpoint: "POST /b/*/videos"),
        ]
      ),
      ("POST /x", [Charge(limit: 0), Charge(limit: 3, endpoint: "POST /x")]),
      (
        "GET /b/7",
        [
          Charge(limit: 0), Charge(limit: 2, endpoint: "GET /b/*"),
          Charge(limit: 3, endpoint: "GET /b/*"),
        ]
      ),
      (
        "GET /b/7/stats",
        [
          Charge(limit: 0), Charge(limit: 2, endpoint: "GET /b/**"),
          Charge(limit: 3, endpoint: "GET /b/*/stats"),
        ]
      ),
    ])
  func charges(request: String, expected: [Charge]) throws {
    #expect(try route(request).charges == expected)
  }

  @Test("charges the same for every request where no limit has conditions")
  func fixedCharges() throws {
    #expect(try route("GET /any", api: 1).charges == [Charge(limit: 0)])
    #expect(try route("GET /any", api: 2).charges.isEmpty)
  }

  @Test(
    "labels endpoints without identifiers",
    arguments: [
      ("GET /", "GET /"), ("GET /v1/posts?id=1", "GET /v1/posts"),
      ("GET /v1/posts/", "GET /v1/posts"),
      ("GET /posts/8412/comments", "GET /posts/*/comments"), ("GET /b/acme/x", "GET /b/*/x"),
      ("GET /u/123e4567-e89b-12d3-a456-426614174000", "GET /u/*"),
      (
        "GET /u/123e4567-e89b-12d3-a456-42661417400g", "GET /u/123e4567-e89b-12d3-a456-42661417400g"
      ),
      ("GET /u/deadbeefdeadbeef", "GET /u/*"), ("GET /u/deadbeef", "GET /u/deadbeef"),
      ("GET /u/" + String(repeating: "x", count: 41), "GET /u/*"),
      (
        "GET /u/" + String(repeating: "x", count: 40),
        "GET /u/" + String(repeating: "x", count: 40)
      ),
      (
        "GET " + String(repeating: "/a", count: 17),
        "GET " + String(repeating: "/a", count: 16) + "/**"
      ),
    ])
  func labels(request: String, expected: String) throws {
    #expect(try route(request).endpoint == expected)
  }

  @Test("labels the account's segment even when a header names the account")
  func labelsBesideHeader() throws {
    let pattern = try #require(PathPattern("/b/{account}/**"))
    var rulebook = try Self.router().rulebook
    rulebook.apis[0].accountSelectors = [.header("x-account"), .path(pattern)]
    let route = Router(rulebook).route(
      api: 0, method: "GET", target: "/b/acme/x", field: { _ in "h" }, caller: "c", ownKey: nil)
    #expect(route.account == "h")
    #expect(route.endpoint == "GET /b/*/x")
  }

  @Test("keeps accounts and callers to 256 bytes, apart from each other")
  func bounds() throws {
    let long = String(repeating: "é", count: 200)
    let first = try route("GET /c", account: long + "1", caller: long)
    let second = try route(
      "GET /c", account: long + "2", caller: String(repeating: "a", count: 256))
    let account = try #require(first.account)
    #expect(account.utf8.count <= 256)
    #expect(account.hasPrefix(String(repeating: "é", count: 119) + "~"))
    #expect(account != second.account)
    #expect(first.caller.utf8.count <= 256)
    #expect(second.caller == String(repeating: "a", count: 256))
  }
}
