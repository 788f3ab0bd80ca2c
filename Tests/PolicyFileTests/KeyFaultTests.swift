import PolicyFile
import Testing

@Suite("Faults in keys") struct KeyFaultTests {
  static let allowed = "allowed for secret: env:NAME, file:/path or credential:NAME"
  static let credential =
    "this is no credential's name, allowed after credential: letters, digits, _, - and ."

  @Test(
    "tell the place and what to write instead",
    arguments: [
      ("sk_live_1", "a secret must not stand in this file, \(allowed)"),
      ("credential", "a secret must not stand in this file, \(allowed)"),
      ("credential:x", "cannot read the credential named here: there is no such file"),
      ("credential:../x", Self.credential), ("credential:..", Self.credential),
      ("\"credential:\"", Self.credential), ("credential:a b", Self.credential),
      ("env:MISSING", "cannot read the environment variable \"MISSING\": it is not set"),
      ("env:missing", "cannot read the environment variable named here: it is not set"),
      ("\"env:\"", "this is no variable's name, allowed after env: letters, digits and _"),
      ("env:1A", "this is no variable's name, allowed after env: letters, digits and _"),
      ("env:EMPTY", "the variable's value is empty, allowed: a secret"),
      (
        "env:LINES",
        """
        the variable's value cannot stand in a header, allowed: visible ASCII on one line, no \
        space around
        """
      ),
      (
        "env:SPACED",
        """
        the variable's value cannot stand in a header, allowed: visible ASCII on one line, no \
        space around
        """
      ),
      ("env:LONG", "the variable's value is longer than a secret may be, allowed: 8192 bytes"),
      (
        "file:key", "this is no path, allowed after file: an absolute path such as /run/secrets/key"
      ),
      (
        "file:/run/none", "cannot read the secret's file \"/run/none\": there is no such file"
      ),
      ("file:/run/empty", "the file's content is empty, allowed: a secret"),
      (
        "file:/run/binary",
        """
        the file's content cannot stand in a header, allowed: visible ASCII on one line, no \
        space around
        """
      ),
      ("[env:A]", "found a list, \(allowed)"),
    ])
  func secrets(secret: String, expected: String) {
    let text = Sample.api("credential: { header: X-Key }\nkeys: { k: { secret: \(secret) } }")
    #expect(Sample.faults(text) == ["5:26: \(expected)"])
  }

  @Test(
    "tell words that are not there",
    arguments: [
      (
        "k: { }",
        "5:13: this key has no secret, allowed: secret: env:NAME, file:/path or credential:NAME"
      ),
      ("k: env:A", "5:16: found a text, allowed in a key: a map of secret"),
      (
        "K: { secret: env:A }",
        "5:13: this is no name for a key, allowed: 1 to 64 of a-z, 0-9 and -, not starting with -"
      ),
    ])
  func words(key: String, expected: String) {
    let text = Sample.api("credential: { header: X-Key }\nkeys: { \(key) }")
    #expect(Sample.faults(text) == [expected])
  }

  @Test("tell a slip of the hand in the one word there is")
  func slip() {
    let text = Sample.api("credential: { header: X-Key }\nkeys: { k: { secrte: env:A } }")
    #expect(
      Sample.faults(text) == [
        "5:13: this key has no secret, allowed: secret: env:NAME, file:/path or credential:NAME",
        "5:18: unknown word \"secrte\", allowed in a key: secret; did you mean \"secret\"?",
      ])
  }

  static let canary = "sk_live_canary9"

  @Test(
    "never repeat a secret, wherever it was pasted",
    arguments: [
      "keys: { k: { secret: CANARY } }", "keys: { k: CANARY }", "keys: { CANARY: }",
      "keys: [CANARY]", "keys: CANARY", "keys: { k: { CANARY: x } }",
      "keys: { k: { key: CANARY } }",
      "keys: { k: { secret: env:CANARY } }", "keys: { k: { secret: file:CANARY } }",
      "keys: { k: { secret: credential:CANARY } }", "keys: { k: { secret: [CANARY] } }",
      "keys: { k: { secret: { CANARY: } } }", "keys: { k: { secret: &CANARY x } }",
      "keys: { k: { secret: *CANARY } }", "keys: { k: { secret: !CANARY x } }",
      "keys: { k: { secret: CANARY, secret: CANARY } }", "keys: { k: { CANARY, CANARY } }",
      "keys: { k: { secret: \"CANARY } }", "keys: { k: { secret: CANARY: x } }",
      "credential: CANARY", "credential: { header: \"X: CANARY\" }",
      "credential: { header: X, scheme: \"Bearer CANARY\" }", "lanes: { x: { keys: [CANARY] } }",
      "credential: { header: X, secret: CANARY }", "keys: { k: { secret: \"\\x01CANARY\" } }",
      "hosts: [", "tls: { ca: [CANARY] }",
    ])
  func canary(lines: String) {
    let text = Sample.api(lines.replacing("CANARY", with: Self.canary))
    let found = Sample.faults(text)
    #expect(!found.isEmpty)
    #expect(!found.joined().contains(Self.canary), "\(found)")
  }

  @Test("never repeat the value of a variable or the content of a file")
  func values() {
    let text = Sample.api(
      "credential: { header: X }\nkeys: { a: { secret: env:LINES }, b: { secret: env:SPACED } }")
    #expect(!Sample.faults(text).joined().contains("sk_"))
  }

  @Test("never repeat an origin's password")
  func origin() {
    #expect(
      !Sample.faults("apis: { a: { origin: https://u:\(Self.canary)@h } }").joined().contains(
        Self.canary))
  }
}
