import Policy

/// What `provider: NAME` brings; anything the policy says itself overrides it.
///
/// Each provider is a file in `Providers/`, in the words of the policy file. To add one, put its
/// file there, name it in `Package.swift`, and list it in `files`.
struct ProviderDefaults {
  var credential: CredentialRule?
  var selectors: [AccountSelector] = []
  var limits: [LimitDraft] = []

  private static let files: [(name: String, content: [UInt8])] = [
    ("generic", PackageResources.generic_yaml),
    ("soku", PackageResources.soku_yaml),
    ("tiktok", PackageResources.tiktok_yaml),
    ("tokportal", PackageResources.tokportal_yaml),
  ]

  /// The providers there are, in alphabetical order.
  static var names: [String] { files.map(\.name) }

  /// The defaults of a provider that the policy names at `position`.
  ///
  /// Its limits carry that position; faults of the provider's own file go to `faults` too.
  static func named(
    _ name: String, at position: Position, faults: inout FaultList
  ) -> ProviderDefaults {
    guard let file = files.first(where: { $0.name == name }) else { return ProviderDefaults() }
    var reading = Reading(
      faults: FaultList(file: "providers/\(name).yaml"), environment: [:],
      readSecretFile: { _ in [] })
    let text = String(decoding: file.content, as: UTF8.self)
    var defaults = ProviderDefaults()
    if let root = TreeReader.tree(text, faults: &reading.faults),
      let words = reading.words(
        root, in: "a provider", allowed: ["credential", "account", "limits"])
    {
      defaults.credential = words["credential"].flatMap { reading.credential($0.value) }
      defaults.selectors = words["account"].map { reading.accounts($0.value) } ?? []
      defaults.limits = words["limits"].map { reading.limits($0.value) } ?? []
    }
    for index in defaults.limits.indices {
      defaults.limits[index].position = position
      defaults.limits[index].scopePosition = position
    }
    faults.add(contentsOf: reading.faults)
    return defaults
  }
}
