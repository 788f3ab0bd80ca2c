import Feedback
import Foundation
import PolicyFile

/// The dialects of `conf/providers`, and of a text.
enum Provider {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Sources/PolicyFile/Providers").path

  static let names = [
    "anthropic", "atlassian", "aws", "cloudflare", "discord", "generic", "github", "gitlab",
    "google", "hubspot", "linear", "notion", "openai", "reddit", "shopify", "shopify-graphql",
    "slack", "soku", "stripe", "tiktok", "tiktok-research", "tiktok-shop", "tokportal", "twilio",
    "x",
  ]

  private static let dialects = Dictionary(
    uniqueKeysWithValues: names.map { ($0, (try? read(text(of: $0)).get()) ?? missing) })
  private static let missing = Dialect(name: "missing")

  /// The file of a provider that comes with Penstock.
  static func text(of name: String) throws -> String {
    try String(contentsOfFile: "\(folder)/\(name).yaml", encoding: .utf8)
  }

  /// The dialect of a provider that comes with Penstock.
  static func dialect(_ name: String) -> Dialect { dialects[name] ?? missing }

  /// The dialect in the text of a provider's file, or every fault of a policy that names it.
  static func read(_ text: String) -> Result<Dialect, PolicyFaults> {
    let needsKey = text.contains("\ncredential:") && !text.contains("from: caller")
    let keys = needsKey ? ", keys: { k: { secret: env:K } }" : ""
    let policy = "apis: { a: { origin: https://a.example, provider: file:/own.yaml\(keys) } }"
    let sources = PolicySources(
      secret: Sample.secrets(["K": "sk_1"]), providerFile: { _ in Array(text.utf8) })
    return PolicyReader.read(text: policy, file: "p.yaml", sources: sources)
      .map { $0.apis.first?.dialect ?? missing }
  }

  /// The faults of a provider's text.
  static func faults(_ text: String) -> [String] {
    switch read(text) {
    case .success: []
    case .failure(let faults):
      faults.diagnostics.map { "\($0.line):\($0.column): \($0.message)" }
    }
  }
}
