import Foundation
import Limits
import Policy
import Seeding
import Testing

@testable import PolicyFile

@Suite("A policy that is printed") struct PolicyTextTests {
  static var sources: PolicySources {
    var sources = Sample.sources()
    sources.secret = Sample.secrets(
      Sample.environment.merging(ConfTests.environment) { _, new in new }, Sample.files)
    return sources
  }

  static func read(_ text: String, sources: PolicySources = sources) throws -> Rulebook {
    try PolicyReader.read(text: text, file: "p", sources: sources).get()
  }

  /// Reads what is printed again, and compares all of it.
  func checkRoundTrip(
    _ book: Rulebook, _ place: Comment, sources: PolicySources = sources
  ) throws {
    let text = PolicyText.text(book)
    let again = try Self.read(text, sources: sources)
    #expect(again.proxies == book.proxies && again.admin == book.admin, place)
    #expect(again.adminTokenSource == book.adminTokenSource, place)
    #expect(again.users == book.users && again.usersFile == book.usersFile, place)
    #expect(again.authority == book.authority && again.callers == book.callers, place)
    #expect(again.workers == book.workers, place)
    #expect(again.unknownHosts == book.unknownHosts && again.queues == book.queues, place)
    #expect(again.bounds == book.bounds, place)
    #expect(again.apis.count == book.apis.count, place)
    for (new, old) in zip(again.apis, book.apis) { compare(new, old, place) }
    #expect(PolicyText.text(again) == text, place)
  }

  func compare(_ new: Api, _ old: Api, _ place: Comment) {
    #expect(new.name == old.name && new.origin == old.origin && new.hosts == old.hosts, place)
    #expect(new.certificateAuthorities == old.certificateAuthorities, place)
    #expect(new.provider == old.provider && new.dialect == old.dialect, place)
    #expect(new.credential == old.credential, place)
    #expect(new.accountSelectors == old.accountSelectors, place)
    #expect(new.keys.map(\.name) == old.keys.map(\.name), place)
    #expect(new.keys.map(\.source) == old.keys.map(\.source), place)
    #expect(new.idempotency == old.idempotency, place)
    #expect(new.limits == old.limits, place)
    #expect(new.lanes == old.lanes, place)
    #expect(new.connections == old.connections && new.connect == old.connect, place)
    #expect(new.upgrades == old.upgrades && new.isCatchAll == old.isCatchAll, place)
  }

  @Test("reads back the same: every file in conf/", arguments: ConfTests.policies)
  func conf(name: String) throws {
    try checkRoundTrip(ConfTests.read(name), "\(name)", sources: ConfTests.sources)
  }

  @Test("reads back the same: every provider", arguments: ProviderDefaults.names)
  func providers(name: String) throws {
    let lines = "provider: \(name)\ncredential: { header: X-Key, from: caller }"
    try checkRoundTrip(Self.read(Sample.api(lines)), "\(name)")
  }

  @Test("reads back the same: every word")
  func everything() throws {
    let text = """
      listen:
        proxy:
          - "[::1]:8080"
          - { address: "unix:/run/a b: #.sock", mode: "0600" }
          - { address: 0.0.0.0:1, tls: { certificate: "/é", key: "/\\U0001F600", clients: "/\\u202E" } }
          - { address: systemd:p, users: required }
        admin: { address: unix:/run/admin.sock, mode: "0640", token: env:TOKEN }
      users: /run/users
      workers: auto
      callers: { header: X-Service }
      connect: tunnel
      ca: { certificate: /ca.pem, key: /ca.key }
      unknown-hosts: { connect: refuse, ports: [8443, 443], networks: [10.0.0.0/8, "fd00::/8"] }
      queues: { per-lane: 5, total: 7 }
      bounds: { body: none, memory: 1GiB, head-time: 1.25s, clients: 77 }
      apis:
        "null":
          origin: "http://[::1]:9000"
          hosts: ["::1", a.example]
          tls: { ca: "/quote\\"d\\\\" }
          connections: 9
          upgrades: [websocket]
          credential: { header: Authorization, scheme: Bearer }
          keys: { a: { secret: env:A }, b: { secret: "file:/run/a" } }
          account: [ { path: "/b/{account}/**" }, { header: X-A }, { json: "/a~1b/~0/" } ]
          idempotency: { header: X-I, add: true }
          limits:
            - { name: a, per: api, kind: token-bucket, allow: 7/2d, burst: 9, spread: 10ms }
            - { name: b, per: [key, account, caller], kind: sliding-window, allow: 1/90s, pace: even, reserved: { l: 30%, m: 70% } }
            - { name: c, per: key, kind: fixed-window, allow: 5/min, start: aligned, offset: 7s, doubt: 3s }
            - { name: d, per: key, kind: fixed-window, allow: 5/2h, start: first-request }
            - { name: e, per: account, kind: two-counter-window, allow: 5/day }
            - { name: f, per: endpoint, kind: spacing, every: 0.5s, jitter: 20%, spread: 1ms }
            - { name: g, per: api, kind: concurrency, allow: 3, hold: 1h }
            - { name: h, per: api, kind: calendar, allow: 99/day, zone: Europe/Paris, measure: { header: X-M } }
            - { name: i, per: api, kind: hours, closed: "24:00-07:05 Europe/Paris" }
            - { name: j, per: api, kind: learned, allow: 2/s }
            - { name: k, per: api, kind: unknown, allow: 2/s, measure: { json: "/a~1b/é" }, match: [/x, "GET /é/*"] }
          lanes:
            l: { match: [POST /a/**], keys: b, weight: 3, max-wait: 1.5s, costs: { h: 4, a: 2 }, reserve: 1/2d, sticky: account, spill: never }
            m: { match: /m, sticky: account, spill: blocked }
            n: { match: /n, sticky: account, costs: { k: 1 } }
        plain: { origin: https://p.example, connect: intercept }
      """
    try checkRoundTrip(Self.read(text), "everything")
  }

  @Test("reads back the same: spoilt files that are taken", arguments: [4, 5, 6] as [UInt64])
  func spoilt(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var taken = 0
    for name in ConfTests.policies {
      let text = try String(contentsOfFile: "\(ConfTests.folder)/\(name)", encoding: .utf8)
      let lines = text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("#") }
      let parts = lines.joined(separator: "\n").split(
        separator: " ", omittingEmptySubsequences: false)
      for round in 0..<30 {
        let spoilt = HostileFileTests.spoilt(parts, &random)
        guard let book = try? Self.read(spoilt, sources: ConfTests.sources) else { continue }
        taken += 1
        try checkRoundTrip(
          book, "seed \(seed), \(name), round \(round):\n\(spoilt)",
          sources: ConfTests.sources)
      }
    }
    #expect(taken > 0, "seed \(seed)")
  }

  @Test("shows every default, and of secrets only where they come from")
  func defaults() throws {
    let bare = try Self.read("apis: { a: { origin: https://a.example } }")
    let text = PolicyText.text(bare)
    for word in Reading.topWords where !["users", "ca", "connect"].contains(word) {
      #expect(text.contains("\n\(word):") || text.hasPrefix("\(word):"), "\(word)")
    }
    for bound in BoundWord.all { #expect(text.contains("\n  \(bound.word): "), "\(bound.word)") }
    let secret = try Self.read(
      """
      listen: { admin: { address: 127.0.0.1:1, token: env:TOKEN } }
      \(Sample.api("provider: soku\nkeys: { k: { secret: env:A }, l: { secret: \"file:/run/a\" } }"))
      """)
    let shown = PolicyText.text(secret)
    #expect(shown.contains("token: env:TOKEN") && shown.contains("secret: env:A"))
    #expect(shown.contains("secret: file:/run/a"))
    for bytes in ["0123456789abcdef", "sk_env_a", "sk_file_a"] { #expect(!shown.contains(bytes)) }
  }

  @Test("tells how many users there are")
  func users() throws {
    let book = try Self.read(UsersFaultTests.policy("/run/users"))
    let text = PolicyText.text(book)
    #expect(text.contains("\nusers: /run/users  # 2 users\n"))
    #expect(!text.contains(Sample.hash))
  }

  @Test(
    "quotes what YAML would take for something else",
    arguments: [
      ("a", "a"), ("/p/a.b", "/p/a.b"), ("env:A_B", "env:A_B"), ("20%", "20%"), ("", "\"\""),
      ("a: b", "\"a: b\""), ("a:", "\"a:\""), (":a", "\":a\""), ("a #b", "\"a #b\""),
      ("*", "\"*\""), ("- a", "\"- a\""), ("null", "\"null\""), ("Yes", "\"Yes\""),
      ("0660", "\"0660\""), ("0", "0"), ("~", "\"~\""), ("a\"b\\", "\"a\\\"b\\\\\""),
      ("\u{1}\n", "\"\\U00000001\\U0000000a\""), ("é", "\"é\""), ("\u{FEFF}", "\"\\U0000feff\""),
      ("a,b", "\"a,b\""), ("{a}", "\"{a}\""),
    ])
  func quoting(text: String, expected: String) { #expect(WrittenYAML.scalar(text) == expected) }
}
