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
      "TOKPORTAL_WARMING", "SOKU_KEY", "SOKU_SECOND_KEY",
    ].map { ($0, "sk_\($0)") })

  @Test("are all there")
  func all() {
    #expect(
      Self.policies == [
        "examples/soku.yaml", "examples/tiktok.yaml", "examples/tokportal.yaml", "penstock.yaml",
      ])
  }

  @Test("are accepted", arguments: policies)
  func accepted(name: String) throws {
    let rulebook = try PolicyReader.read(
      path: "\(Self.folder)/\(name)", environment: Self.environment
    ).get()
    #expect(rulebook.apis.count == 2)
    #expect(rulebook.apis.last?.isCatchAll == true)
  }

  @Test("explain every word")
  func explained() throws {
    let text = try String(contentsOfFile: "\(Self.folder)/penstock.yaml", encoding: .utf8)
    for word in Reading.topWords + Reading.apiWords + Reading.limitWords + Reading.laneWords + [
      "proxy", "admin", "by", "header", "per-lane", "total", "ca", "scheme", "from", "path", "json",
      "secret", "add",
    ] {
      #expect(text.contains("\(word):") || text.contains("#   \(word) "), "\(word)")
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
    let shown = try PolicyReader.read(
      path: "\(Self.folder)/penstock.yaml", environment: Self.environment
    ).get()
    let bare = try PolicyReader.read(
      text: "apis: { a: { origin: https://a.example } }", file: "p",
      sources: PolicySources()
    ).get()
    #expect(shown.proxies == bare.proxies)
    #expect(shown.admin == bare.admin)
    #expect(shown.callers == bare.callers)
    #expect(shown.unknownHosts == bare.unknownHosts)
    #expect(shown.queues == bare.queues)
    #expect(shown.apis[0].connections == bare.apis[0].connections)
  }
}
