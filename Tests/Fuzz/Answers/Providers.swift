import Feedback
import Policy
import Safekeeping

@testable import PolicyFile

/// The dialects that come with Penstock.
enum Providers {
  /// All of them, by name.
  static let dialects: [Dialect] = ProviderDefaults.names.map(dialect)

  private static func dialect(_ name: String) -> Dialect {
    let sources = PolicySources(secret: { _ throws(SecretFault) in
      try Vault().keep(upTo: 4, noun: "the text") { room in
        room.copyBytes(from: "sk_1".utf8)
        return 4
      }
    })
    for keys in ["", ", keys: { k: { secret: env:K } }"] {
      let text = "apis: { a: { origin: https://a.example, provider: \(name)\(keys) } }"
      let policy = PolicyReader.read(text: text, file: "p.yaml", sources: sources)
      if case .success(let book) = policy, let api = book.apis.first { return api.dialect }
    }
    fatalError("no policy with the provider \(name) is good")
  }
}
