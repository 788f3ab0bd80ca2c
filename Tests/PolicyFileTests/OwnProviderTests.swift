import Limits
import Policy
import PolicyFile
import Testing

@Suite("A provider of the operator's own") struct OwnProviderTests {
  static let path = "/etc/penstock/providers/acme.yaml"
  static let acme = """
    credential: { header: X-Acme }
    account: [ { json: /customer/id } ]
    idempotency: { header: X-Once, add: true }
    limits:
      - { name: day, per: account, kind: calendar, allow: 100/day, zone: Africa/Lagos, \
    measure: { json: /records } }
    """

  func read(_ policy: String, _ provider: String) -> Result<Rulebook, PolicyFaults> {
    PolicyReader.read(
      text: policy, file: "p.yaml", sources: Sample.sources([Self.path: provider]))
  }

  func faults(_ policy: String, _ provider: String) -> [String] {
    switch read(policy, provider) {
    case .success: []
    case .failure(let faults): faults.diagnostics.map(\.description)
    }
  }

  static let policy = Sample.api("provider: file:\(path)\nkeys: { k: { secret: env:A } }")

  @Test("brings what a known one brings")
  func good() throws {
    let api = try read(Self.policy, Self.acme).get().apis[0]
    #expect(api.dialect.name == "acme")
    #expect(api.credential == CredentialRule(header: "x-acme"))
    #expect(api.accountSelectors == [.json(["customer", "id"])])
    #expect(api.idempotency == IdempotencyRule(header: "x-once", adds: true))
    #expect(api.limits.map(\.name) == ["day"])
    #expect(api.limits[0].measure == .json(["records"]))
  }

  @Test("is overridden by the policy")
  func overrides() throws {
    let text =
      Self.policy
        + """
            idempotency: { header: Idempotency-Key }
            account: [ { header: X-Account } ]
            limits: [ { name: day, per: api, kind: learned, allow: 5/s } ]
        """
    let api = try read(text, Self.acme).get().apis[0]
    #expect(api.idempotency == IdempotencyRule(header: "idempotency-key", adds: false))
    #expect(api.accountSelectors == [.header("x-account")])
    #expect(api.limits.map(\.kind.word) == ["learned"])
  }

  @Test(
    "has faults that name its file, after those of the policy",
    arguments: [
      ("limit: []", "\(path):1:1: unknown word \"limit\", \(allowed); did you mean \"limits\"?"),
      (
        "credential: { header: X-Acme }\nlimits: 5",
        "\(path):2:9: found a text, allowed for limits: a list"
      ),
      ("[", "\(path):2:1: this is no YAML: did not find expected node content"),
      (
        "# nothing",
        "\(path):1:1: the file is empty, allowed: a map of account, credential, dialect, "
          + "idempotency, limits"
      ),
      ("keys: { k: { secret: env:A } }", "\(path):1:1: unknown word \"keys\", \(allowed)"),
    ])
  func words(provider: String, expected: String) {
    let text = "workers: 65\n" + Self.policy
    let found = faults(text, provider).filter { !$0.contains("does not say where they go") }
    #expect(found.count == 2)
    #expect(found.first?.hasPrefix("p.yaml:1:10: found \"65\"") == true)
    #expect(found.last == expected)
  }

  static let allowed =
    "allowed in a provider: account, credential, dialect, idempotency, limits"

  @Test("has its faults told once, however many APIs use it")
  func once() {
    let text =
      Self.policy + "  b: { origin: https://b.example, provider: \"file:\(Self.path)\", "
      + "keys: { k: { secret: env:A } } }"
    let found = faults(text, "credential: { header: X-Acme }\nlimits: 5")
    #expect(found == ["\(Self.path):2:9: found a text, allowed for limits: a list"])
  }

  @Test(
    "is told when it cannot be read",
    arguments: [
      (
        "file:acme.yaml",
        """
        found \"acme.yaml\", allowed after file: an absolute path such as \
        /etc/penstock/providers/acme.yaml
        """
      ),
      ("file:/none.yaml", "cannot read the provider's file \"/none.yaml\""),
    ])
  func missing(provider: String, expected: String) {
    #expect(faults(Sample.api("provider: \(provider)"), "") == ["p.yaml:4:15: \(expected)"])
  }

  @Test("has at most 256 KiB of UTF-8")
  func bounds() {
    for bytes in [[UInt8](repeating: 0x23, count: (256 << 10) + 1), [0x61, 0xE9]] {
      let sources = PolicySources(
        secret: Sample.secrets(Sample.environment), providerFile: { _ in bytes })
      guard
        case .failure(let faults) = PolicyReader.read(
          text: Sample.api("provider: file:/x"), file: "p", sources: sources)
      else {
        Issue.record("the provider was taken")
        return
      }
      #expect(
        faults.description
          == "p:4:15: the provider's file \"/x\" is not UTF-8 of at most 262144 bytes")
    }
  }
}
