/// A request to the emulator itself, at `/_emulator/...`; it is no arrival and counts nowhere.
enum EmulatorOrder: Hashable {
  /// `GET /_emulator/stats`.
  case stats
  /// `POST /_emulator/tier?to=TIER` for every key, `&key=key-1` for the one with that label.
  case tier(SokuTier, key: String?)
  /// What is wrong with it.
  case misread(status: Int, reason: String)

  /// The order that a target means; nil when it is a request for the provider.
  init?(method: String, target: String) {
    let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let path = halves.first, path.hasPrefix("/_emulator/") else { return nil }
    switch (method, path) {
    case ("GET", "/_emulator/stats"): self = .stats
    case ("POST", "/_emulator/tier"): self = Self.tier(halves.count > 1 ? halves[1] : "")
    default:
      self = .misread(
        status: 404, reason: "allowed: GET /_emulator/stats, POST /_emulator/tier?to=TIER")
    }
  }

  private static func tier(_ query: Substring) -> EmulatorOrder {
    let pairs = query.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1) }
    func value(_ name: String) -> String? {
      pairs.first { $0.count == 2 && $0[0] == name }.map { String($0[1]) }
    }
    guard let word = value("to"), let tier = SokuTier(rawValue: word) else {
      let tiers = SokuTier.allCases.map(\.rawValue).joined(separator: ", ")
      return .misread(
        status: 400, reason: "write ?to=TIER, with &key=key-1 for one key; tiers: \(tiers)")
    }
    return .tier(tier, key: value("key"))
  }
}
