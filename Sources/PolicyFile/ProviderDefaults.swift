import Feedback
import Policy

/// What `provider: NAME` brings; anything the policy says itself overrides it.
///
/// Each provider is a file in `Providers/`, in the words of the policy file. To add one, put its
/// file there, name it in `Package.swift`, and list it in `ProviderFiles.swift`. An operator's own
/// provider is a file with the same words anywhere.
struct ProviderDefaults {
  /// Most bytes an operator's own file may have: 256 KiB.
  static let largestFile = 256 << 10
  static let words = ["account", "credential", "dialect", "idempotency", "limits"]

  /// What the policy calls it.
  var word = Reading.plainProvider
  var dialect: Dialect
  var credential: CredentialRule?
  var selectors: [AccountSelector] = []
  var idempotency: IdempotencyRule?
  var limits: [LimitDraft] = []

  /// The providers there are, in alphabetical order.
  static var names: [String] { files.map(\.name) }

  /// The defaults in a file's text; its faults name the file and go to `outer`.
  static func read(
    _ text: String, file: String, name: String, in outer: inout Reading
  ) -> ProviderDefaults {
    var sources = outer.sources
    sources.secret = SecretSource.unread
    var reading = Reading(faults: FaultList(file: file), sources: sources)
    var defaults = ProviderDefaults(dialect: Dialect(name: name))
    if let root = TreeReader.tree(text, faults: &reading.faults) {
      if let words = reading.words(root, in: "a provider", allowed: ProviderDefaults.words) {
        defaults.take(words, name: name, from: &reading)
      }
    } else if reading.faults.isEmpty {
      reading.faults.add(
        .start, "the file is empty, allowed: a map of " + words.joined(separator: ", "))
    }
    outer.faults.add(contentsOf: reading.faults)
    return defaults
  }

  private mutating func take(_ words: Reading.Words, name: String, from reading: inout Reading) {
    credential = words["credential"].flatMap { reading.credential($0.value) }
    selectors = words["account"].map { reading.accounts($0.value) } ?? []
    limits = words["limits"].map { reading.limits($0.value) } ?? []
    dialect = reading.dialect(words["dialect"]?.value, name: name)
    idempotency =
      words["idempotency"].flatMap { reading.idempotency($0.value) }
      ?? dialect.idempotencyHeader.map { IdempotencyRule(header: $0) }
  }
}
