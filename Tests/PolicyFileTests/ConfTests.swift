import Foundation
import Policy
import PolicyFile
import Testing

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
      "TOKPORTAL_UPLOADS_A", "TOKPORTAL_UPLOADS_B", "TOKPORTAL_UPLOADS", "TOKPORTAL_ANALYTICS",
      "TOKPORTAL_WARMING", "SOKU_KEY",
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
    for word in [
      "listen", "proxy", "admin", "workers", "callers", "by", "header", "unknown-hosts", "queues",
      "per-lane", "total", "apis", "origin", "hosts", "tls", "ca", "provider", "connections",
      "credential", "scheme", "from", "account", "path", "keys", "secret", "limits", "name", "per",
      "kind", "match", "allow", "burst", "every", "zone", "lanes", "weight", "max-wait", "costs",
    ] {
      #expect(text.contains("\(word):") || text.contains("#   \(word) "), "\(word)")
    }
  }

  @Test("show the defaults")
  func defaults() throws {
    let shown = try PolicyReader.read(
      path: "\(Self.folder)/penstock.yaml", environment: Self.environment
    ).get()
    let bare = try PolicyReader.read(
      text: "apis: { a: { origin: https://a.example } }", file: "p", environment: [:],
      readSecretFile: { _ in [] }
    ).get()
    #expect(shown.proxyAddresses == bare.proxyAddresses)
    #expect(shown.adminAddress == bare.adminAddress)
    #expect(shown.callers == bare.callers)
    #expect(shown.unknownHosts == bare.unknownHosts)
    #expect(shown.queues == bare.queues)
    #expect(shown.apis[0].connections == bare.apis[0].connections)
  }
}
