import Limits
import Policy
import PolicyFile
import Testing

@Suite("A policy without faults") struct GoodFileTests {
  func rulebook(_ text: String) throws -> Rulebook { try Sample.read(text).get() }

  func secret(_ key: ApiKey) -> String {
    var bytes: [UInt8] = []
    key.secret.append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("has defaults for all but the origin")
  func defaults() throws {
    let book = try rulebook("apis: { a: { origin: https://A.example } }")
    #expect(book.proxies.map(\.address.text) == ["127.0.0.1:8080"])
    #expect(book.admin.address.text == "127.0.0.1:9090")
    #expect(book.callers == .address)
    #expect(book.unknownHosts == UnknownHosts())
    #expect(book.queues == QueueBounds(perLane: 10_000, total: 100_000))
    #expect(book.apis.map(\.name) == ["a", "unknown-hosts"])
    let api = book.apis[0]
    #expect(api.origin == Origin(isSecure: true, host: "a.example", port: 443))
    #expect(api.hosts == ["a.example"])
    #expect(api.dialect.name == "generic" && api.idempotency == nil)
    #expect(api.credential == nil && api.keys.isEmpty && api.limits.isEmpty)
    #expect(api.accountSelectors.isEmpty && api.certificateAuthorities == nil)
    #expect(api.lanes.map(\.name) == ["other"])
    #expect(api.connections == 512 && !api.isCatchAll)
    let rest = book.apis[1]
    #expect(rest.isCatchAll && rest.hosts.isEmpty && rest.keys.isEmpty && rest.limits.isEmpty)
    #expect(rest.lanes.map(\.name) == ["other"])
  }

  @Test("gives the values it says")
  func top() throws {
    let book = try rulebook(
      """
      listen: { proxy: [127.0.0.1:1, "[::1]:1", 127.9.9.9:0], admin: "[::1]:2" }
      workers: 3
      callers: { header: X-Service }
      unknown-hosts: refuse
      queues: { per-lane: 5, total: 7 }
      apis:
        a: { origin: "http://[::1]:9000", hosts: [Alias.example, "::1"], \
        tls: { ca: /ca.pem }, connections: 9 }
      """)
    #expect(book.proxies.map(\.address.text) == ["127.0.0.1:1", "[::1]:1", "127.9.9.9:0"])
    #expect(book.admin.address.text == "[::1]:2")
    #expect(book.workers == .exactly(3))
    #expect(book.callers == .header("x-service"))
    #expect(book.unknownHosts == .refused)
    #expect(book.queues == QueueBounds(perLane: 5, total: 7))
    #expect(book.apis.map(\.name) == ["a"])
    #expect(book.apis[0].origin == Origin(isSecure: false, host: "::1", port: 9000))
    #expect(book.apis[0].hosts == ["alias.example", "::1"])
    #expect(book.apis[0].certificateAuthorities == "/ca.pem")
    #expect(book.apis[0].connections == 9)
  }

  @Test("reads secrets from variables and files, without a trailing line break")
  func secrets() throws {
    let api = try rulebook(
      Sample.api(
        """
        credential: { header: Authorization, scheme: Bearer }
        keys:
          a: { secret: env:A }
          b: { secret: env:B }
          c: { secret: file:/run/a }
          d: { secret: env:lower }
          e: { secret: "credential:api_key-1.txt" }
          f: { secret: env:A }
        """)
    ).apis[0]
    #expect(api.keys.map(\.name) == ["a", "b", "c", "d", "e", "f"])
    #expect(
      api.keys.map(secret) == [
        "sk_env_a", "sk_env_b", "sk_file_a", "sk_lower", "sk_credential", "sk_env_a",
      ])
    #expect(
      api.keys.map(\.source) == [
        .environment("A"), .environment("B"), .file("/run/a"), .environment("lower"),
        .credential("api_key-1.txt"), .environment("A"),
      ])
    #expect(api.credential == CredentialRule(header: "authorization", scheme: "Bearer"))
  }

  @Test(
    "has each scope and their combinations",
    arguments: [
      ("api", .api), ("key", .key), ("account", .account), ("endpoint", .endpoint),
      ("lane", .lane), ("caller", .caller), ("[api, endpoint]", .endpoint),
      ("[key, account, caller]", [.key, .account, .caller]),
    ] as [(String, LimitScope)])
  func scopes(per: String, expected: LimitScope) throws {
    let api = try rulebook(
      Sample.api(
        """
        credential: { header: X, from: caller }
        account: [ { header: X-Account }, { credential: true }, { path: "/{account}" } ]
        limits: [ { name: x, per: \(per), kind: concurrency, allow: 1, match: [/a, POST /b] } ]
        """)
    ).apis[0]
    #expect(api.limits.map(\.scope) == [expected])
    #expect(api.limits[0].match.map(\.text) == ["/a", "POST /b"])
    #expect(api.accountSelectors.count == 3)
    #expect(api.accountSelectors[0] == .header("x-account"))
  }

  @Test("has lanes in order, the one without match last")
  func lanes() throws {
    let api = try rulebook(
      Sample.api(
        """
        credential: { header: X }
        keys: { a: { secret: env:A }, b: { secret: env:B } }
        limits: [ { name: r, per: key, kind: sliding-window, allow: 4/s } ]
        lanes:
          rest:
          late: { match: /late, keys: b, weight: 3, max-wait: 1.5s, costs: { r: 4 } }
          early: { match: [/early], max-wait: 0s }
        """)
    ).apis[0]
    #expect(api.lanes.map(\.name) == ["late", "early", "rest"])
    #expect(api.lanes.map(\.keys) == [[1], [0, 1], [0, 1]])
    #expect(api.lanes.map(\.weight) == [3, 1, 1])
    #expect(api.lanes.map(\.maxWait) == [.milliseconds(1500), .zero, .seconds(60)])
    #expect(api.lanes[0].costs == ["r": 4])
  }

  @Test("gets a lane `other` where every lane has a match")
  func other() throws {
    let api = try rulebook(Sample.api("lanes: { x: { match: [/a] } }")).apis[0]
    #expect(api.lanes.map(\.name) == ["x", "other"])
    #expect(api.lanes[1].match.isEmpty)
  }

  @Test(
    "takes what its provider brings",
    arguments: [
      ("tokportal", "x-api-key", 1, ["key-rate"]),
      (
        "soku", "soku-api-key", 0,
        ["tier", "posts", "media", "transcribe", "templates", "render-og"]
      ),
    ])
  func providers(name: String, header: String, selectors: Int, limits: [String]) throws {
    let api = try rulebook(Sample.api("provider: \(name)\nkeys: { k: { secret: env:A } }")).apis[0]
    #expect(api.dialect.name == name)
    #expect(api.credential == CredentialRule(header: header))
    #expect(api.accountSelectors.count == selectors)
    #expect(api.limits.map(\.name) == limits)
    #expect(api.limits.allSatisfy { $0.scope == .key })
  }

  @Test("takes the caller's token as the account with provider tiktok")
  func tiktok() throws {
    let api = try rulebook(Sample.api("provider: tiktok")).apis[0]
    #expect(
      api.credential
        == CredentialRule(header: "authorization", scheme: "Bearer", fromCaller: true))
    #expect(api.accountSelectors == [.credential])
    #expect(api.limits.map(\.name) == ["display", "publish", "status", "videos", "spikes"])
    #expect(api.limits.map(\.scope) == [.endpoint, .account, .account, .account, .api])
    #expect(api.limits[1].kind == .slidingWindow(rate: Rate(allow: 6, per: .seconds(60))))
  }

  @Test("overrides what its provider brings, limits by their name")
  func overrides() throws {
    let api = try rulebook(
      Sample.api(
        """
        provider: soku
        credential: { header: X-Other }
        account: [ { header: X-Account } ]
        keys: { k: { secret: env:A } }
        limits:
          - { name: posts, per: account, kind: concurrency, allow: 1 }
          - { name: extra, per: api, kind: spacing, every: 1s }
        lanes: { other: { costs: { tier: 100, extra: 1 } } }
        """)
    ).apis[0]
    #expect(api.credential == CredentialRule(header: "x-other"))
    #expect(api.accountSelectors == [.header("x-account")])
    #expect(
      api.limits.map(\.name) == [
        "tier", "posts", "media", "transcribe", "templates", "render-og", "extra",
      ])
    #expect(api.limits[1].kind == .concurrency(allow: 1))
    #expect(api.limits[1].match.isEmpty)
  }

  @Test("shows no secret however it is printed")
  func printing() throws {
    var shown = ""
    let book = try rulebook(Sample.api("provider: soku\nkeys: { k: { secret: env:A } }"))
    dump(book, to: &shown)
    #expect(!(shown + "\(book)" + String(reflecting: book)).contains("sk_env_a"))
  }
}
