import Foundation
import Policy
import Testing

@testable import PolicyFile

@Suite("The files in conf/") struct ConfTests {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("conf").path

  /// Every policy in conf/; conf/providers holds defaults, not policies.
  static var policies: [String] {
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix("providers/") }.sorted()
  }

  static let environment = Dictionary(
    uniqueKeysWithValues: [
      "TOKPORTAL_UPLOADS_A", "TOKPORTAL_UPLOADS_B", "TOKPORTAL_ANALYTICS",
      "TOKPORTAL_WARMING", "SOKU_KEY", "SOKU_SECOND_KEY", "OPENAI_BATCH_KEY", "OPENAI_LIVE_KEY",
    ].map { ($0, "sk_\($0)") })

  /// What the policies in conf/ find besides their own text.
  static var sources: PolicySources {
    let files = ["/etc/penstock/admin-token", "/etc/penstock/stripe-key"]
    return PolicySources(
      secret: Sample.secrets(
        environment, Dictionary(uniqueKeysWithValues: files.map { ($0, Array("sk_of_\($0)".utf8)) })
      ),
      usersFile: { _ in Array("ada:\(Sample.hash)".utf8) })
  }

  static func read(_ name: String) throws -> Rulebook {
    let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    return try PolicyReader.read(text: text, file: name, sources: sources).get()
  }

  @Test("are all there")
  func all() {
    #expect(
      Self.policies == [
        "examples/interception.yaml", "examples/shared-host.yaml", "examples/soku.yaml",
        "examples/tiktok.yaml", "examples/tokportal.yaml", "penstock.yaml",
      ])
  }

  @Test("are accepted", arguments: policies)
  func accepted(name: String) throws {
    let rulebook = try Self.read(name)
    #expect(rulebook.apis.filter { !$0.isCatchAll }.count == 1)
    #expect(rulebook.unknownHosts.isForwarded == rulebook.apis.contains(where: \.isCatchAll))
  }

  @Test("explain every word")
  func explained() throws {
    let text = try String(contentsOfFile: "\(Self.folder)/penstock.yaml", encoding: .utf8)
    for word in Reading.topWords + Reading.apiWords + Reading.limitWords + Reading.laneWords + [
      "proxy", "admin", "by", "header", "per-lane", "total", "ca", "scheme", "from", "path", "json",
      "secret", "add", "certificate", "key", "clients",
    ] + Reading.listenerWords + Reading.adminWords + Reading.unknownHostsWords
      + BoundWord.all.map(\.word)
    {
      #expect(text.contains("\(word):") || text.contains("#   \(word) "), "\(word)")
    }
  }

  @Test("explain the bounds in their order")
  func bounds() throws {
    let text = try String(contentsOfFile: "\(Self.folder)/penstock.yaml", encoding: .utf8)
    var rest = text[...]
    for bound in BoundWord.all {
      let line = "\n  \(bound.word): \(bound.text(in: Bounds())) "
      let range = try #require(rest.range(of: line), "\(bound.word)")
      rest = rest[range.lowerBound...]
      #expect(rest.dropFirst().prefix { $0 != "\n" }.contains("  # "), "\(bound.word)")
    }
  }

  @Test("explain every kind of limit")
  func kinds() throws {
    let text = try String(contentsOfFile: "\(Self.folder)/penstock.yaml", encoding: .utf8)
    for kind in Reading.kinds { #expect(text.contains("            \(kind) "), "\(kind)") }
  }

  @Test("name providers that bring no fault", arguments: ProviderDefaults.names)
  func providers(name: String) throws {
    let lines = "provider: \(name)\ncredential: { header: X-Key, from: caller }"
    let api = try Sample.read(Sample.api(lines)).get().apis[0]
    #expect(api.dialect.name == name)
    #expect(api.dialect.idempotencyHeader == nil || api.idempotency != nil)
  }

  @Test("show the defaults")
  func defaults() throws {
    let shown = try Self.read("penstock.yaml")
    let bare = try PolicyReader.read(
      text: "apis: { a: { origin: https://a.example } }", file: "p",
      sources: PolicySources()
    ).get()
    #expect(shown.proxies == bare.proxies)
    #expect(shown.admin == bare.admin)
    #expect(shown.callers == bare.callers)
    #expect(shown.unknownHosts == bare.unknownHosts)
    #expect(shown.queues == bare.queues)
    #expect(shown.bounds == bare.bounds)
    #expect(shown.apis[0].connections == bare.apis[0].connections)
    #expect(shown.apis[0].connect == bare.apis[0].connect)
    #expect(shown.apis[0].upgrades == bare.apis[0].upgrades)
    #expect(shown.apis.last?.connect == bare.apis.last?.connect)
  }
}
