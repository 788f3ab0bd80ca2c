import Policy

/// Names an operator may see: never what stands in a header for credentials.
extension AdmissionEngine {
  private static let privateHeaders: Set<String> = [
    "authorization", "proxy-authorization", "cookie",
  ]
  private static let hidden = "(hidden)"

  /// An account as reports show it; hidden where accounts may come from a credential's header.
  func shown(account: String?, of api: Api) -> String? {
    guard let account else { return nil }
    let isPrivate = api.accountSelectors.contains { selector in
      guard case .header(let name) = selector else { return false }
      return AdmissionEngine.privateHeaders.contains(name) || name == api.credential?.header
    }
    return isPrivate ? AdmissionEngine.hidden : account
  }

  /// A caller as reports show it; hidden where callers are told by a credential's header.
  func shown(caller: String) -> String {
    guard case .header(let name) = callers else { return caller }
    let isPrivate =
      AdmissionEngine.privateHeaders.contains(name)
      || apis.contains { $0.rules.credential?.header == name }
    return isPrivate ? AdmissionEngine.hidden : caller
  }
}
