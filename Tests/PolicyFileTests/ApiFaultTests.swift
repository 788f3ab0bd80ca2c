import Testing

@testable import PolicyFile

@Suite("Faults in an API") struct ApiFaultTests {
  static let apiWords =
    "account, connect, connections, credential, hosts, idempotency, keys, lanes, limits, origin, "
    + "provider, tls, upgrades"
  static let key = "credential: { header: X-Key }\nkeys: { k: { secret: env:A } }\n"

  @Test(
    "tell the place and what is allowed",
    arguments: [
      (
        "lanse: {}",
        "4:5: unknown word \"lanse\", allowed in an API: \(apiWords); did you mean \"lanes\"?"
      ),
      (
        "idempotency: { add: true }",
        "4:18: idempotency has no header, allowed: one such as header: Idempotency-Key"
      ),
      (
        "idempotency: { header: Idempotency-Key, add: yes }",
        "4:50: found \"yes\", allowed for add: true, false"
      ),
      (
        "idempotency: { header: a b }",
        "4:28: this is no header name, allowed: one token, such as X-API-Key"
      ),
      (
        "idempotency: Idempotency-Key",
        "4:18: found a text, allowed in idempotency: a map of add, header"
      ),
      (
        key + "idempotency: { header: x-key }",
        """
        6:5: header \"x-key\" holds the credential, allowed for idempotency: another header, such \
        as Idempotency-Key
        """
      ),
      ("connections: 0", "4:18: found \"0\", allowed for connections: 1 to 65535"),
      (
        "provider: tokportl",
        """
        4:15: found \"tokportl\", allowed for provider: \(ProviderDefaults.names.joined(separator: ", ")) or \
        file:/path.yaml; did you mean \"tokportal\"?
        """
      ),
      (
        "hosts: []",
        """
        4:12: found an empty list, allowed for hosts: a host name such as api.example.com or a \
        list of them
        """
      ),
      (
        "hosts: [a.example.]",
        """
        4:13: found \"a.example.\", allowed for hosts: a name or numeric address without scheme, \
        port or trailing dot
        """
      ),
      (
        "hosts: https://a.example",
        """
        4:12: found \"https://a.example\", allowed for hosts: a name or numeric address without \
        scheme, port or trailing dot
        """
      ),
      (
        "hosts: [b.example, B.example]",
        """
        4:24: host \"b.example\" belongs to API \"a\" already, allowed for hosts: names no other \
        API has
        """
      ),
      ("tls: { verify: false }", "4:12: unknown word \"verify\", allowed in tls: ca"),
      (
        "tls: { ca: roots.pem }",
        """
        4:16: found \"roots.pem\", allowed for ca: an absolute path such as \
        /etc/ssl/certs/ca-certificates.crt
        """
      ),
      (
        "credential: { header: X-Key }",
        """
        4:5: this API says where keys go but has none, allowed: keys, or a credential with from: \
        caller
        """
      ),
      (
        "provider: soku",
        """
        4:5: this API says where keys go but has none, allowed: keys, or a credential with from: \
        caller
        """
      ),
      (
        "keys: { k: { secret: env:A } }",
        """
        4:5: this API has keys but does not say where they go, allowed: credential with a \
        header, such as credential: { header: X-API-Key }
        """
      ),
      (
        "provider: tiktok\nkeys: { k: { secret: env:A } }",
        """
        5:5: this API's credential comes from the caller, so keys are never used, allowed: keys \
        or from: caller
        """
      ),
      (
        "credential: { scheme: Bearer }",
        "4:17: credential has no header, allowed: one such as header: X-API-Key"
      ),
      (
        "credential: { header: Content-Length, from: caller }",
        """
        4:27: header \"Content-Length\" belongs to the connection or frames the message, \
        allowed: any other header
        """
      ),
      (
        "credential: { header: X, from: user }\nkeys: { k: { secret: env:A } }",
        "4:36: found \"user\", allowed for from: caller"
      ),
      (
        "credential: { header: X, scheme: a b, from: caller }",
        "4:38: this is no scheme, allowed: one word such as Bearer"
      ),
      (
        "account: { path: /a }",
        "4:14: found a map, allowed for account: a list of path, header, json or credential"
      ),
      (
        "account: [ { path: /a/* } ]",
        """
        4:24: found \"/a/*\", allowed for path: a path with {account} once, such as \
        /v1/accounts/{account}/**
        """
      ),
      (
        "account: [ { json: id } ]",
        """
        4:24: \"id\" is no place in a JSON text, allowed: a pointer such as /data/id, with ~1 for \
        a slash and ~0 for a tilde in a name
        """
      ),
      (
        "account: [ { json: /a~2 } ]",
        """
        4:24: \"/a~2\" is no place in a JSON text, allowed: a pointer such as /data/id, with ~1 \
        for a slash and ~0 for a tilde in a name
        """
      ),
      (
        "account: [ { json: /a/b/c/d/e/f/g/h/i } ]",
        "4:24: \"/a/b/c/d/e/f/g/h/i\" goes too deep, allowed: 8 levels"
      ),
      (
        "account: [ { json: [a] } ]",
        "4:24: found a list, allowed for json: a pointer such as /data/id"
      ),
      (
        "account: [ { header: TE } ]",
        """
        4:26: header \"TE\" belongs to the connection or frames the message, allowed: any other \
        header
        """
      ),
      (
        "account: [ { header: X, path: \"/{account}\" } ]",
        "4:29: found two selectors, allowed: one in each part of the list"
      ),
      ("account: [ { credential: false } ]", "4:30: found \"false\", allowed for credential: true"),
      (
        key + "account: [ { credential: true } ]",
        "6:5: the account is the caller's credential, which needs a credential with from: caller"
      ),
      ("keys: {}", "4:11: found an empty map, allowed in keys: a map of names"),
    ])
  func api(lines: String, expected: String) {
    let found = Sample.faults(Sample.api(lines)).filter { !isConsequence($0, of: lines) }
    #expect(found == [expected])
  }

  /// `keys: {}` is also an API with keys and no credential.
  private func isConsequence(_ fault: String, of lines: String) -> Bool {
    lines == "keys: {}" && fault.contains("does not say where they go")
  }

  @Test(
    "in its origin tell what an origin is",
    arguments: [
      ("a.example", "an origin starts with https:// or http://, such as https://api.example.com"),
      (
        "https://u:p@a.example", "an origin has no user or password, allowed: scheme, host and port"
      ),
      (
        "https://a.example/",
        "an origin has no path, not even a last /, allowed: scheme, host and port"
      ),
      (
        "https://a.example?x",
        "an origin has no path, not even a last /, allowed: scheme, host and port"
      ),
      ("https://", OriginRows.host), ("https://a.example.", OriginRows.host),
      ("https://a.example:0", OriginRows.host), ("https://a.example:65536", OriginRows.host),
      ("https://a.example:", OriginRows.host), ("https://a b", OriginRows.host),
      ("https://127.1", OriginRows.host), ("https://256.0.0.1", OriginRows.host),
      ("https://[::1", OriginRows.host), ("https://::1", OriginRows.host),
      ("https://-a.example", OriginRows.host), ("https://0x7f000001", OriginRows.host),
      (
        "http://127.0.0.1:8080",
        "this origin is Penstock's own address, allowed: the address of the API"
      ),
    ])
  func origins(origin: String, expected: String) {
    #expect(Sample.faults("apis:\n  a: { origin: \"\(origin)\" }") == ["2:16: \(expected)"])
  }

  enum OriginRows {
    static let host =
      "this origin's host or port is not valid, allowed: a name without a trailing dot or a "
      + "numeric address, and a port from 1 to 65535"
  }

  @Test(
    "in its name tell what a name is",
    arguments: ["A", "a_b", "-a", "a/b", String(repeating: "a", count: 65)])
  func names(name: String) {
    let found = Sample.faults("apis:\n  \"\(name)\": { origin: https://a.example }")
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("2:3: found \"\(name.prefix(40))") == true)
    #expect(
      found.first?.hasSuffix(
        "allowed for an API's name: 1 to 64 of a-z, 0-9 and -, not starting with -") == true)
  }

  @Test("tell reserved names, missing origins and shared hosts")
  func several() {
    let text = """
      apis:
        unknown-hosts: { origin: https://u.example }
        a: { provider: generic }
        b: { origin: https://u.example }
        c: text
      """
    #expect(
      Sample.faults(text) == [
        "2:3: the name \"unknown-hosts\" is taken by hosts that no API declares, allowed: any "
          + "other name",
        "3:3: this API has no origin, allowed: one such as https://api.example.com",
        "4:16: host \"u.example\" belongs to API \"unknown-hosts\" already, allowed for hosts: "
          + "names no other API has",
        "5:6: found a text, allowed in an API: a map of \(Self.apiWords)",
      ])
  }
}
