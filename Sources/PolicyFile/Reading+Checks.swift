import Limits
import Policy

extension Reading {
  /// Checks the parts of an API against each other.
  mutating func check(_ draft: ApiDraft) {
    checkCredential(draft)
    checkIdempotency(draft)
    let hasAccounts = !draft.selectors.isEmpty || isFaulty(draft.words["account"])
    // Keys without a place to go, or a place without keys, are faults of their own.
    let hasKeys =
      draft.credential != nil || draft.words["credential"] != nil || draft.words["keys"] != nil
    for limit in draft.limits {
      guard let scope = limit.rule?.scope else { continue }
      if scope.contains(.account), !hasAccounts {
        faults.add(
          limit.scopePosition,
          "limit \(Echo.quoted(limit.name)) is per account, but this API does not say where the "
            + "account stands, allowed: account with a path, header, json or "
            + "credential")
      }
      if scope.contains(.key), !hasKeys {
        faults.add(
          limit.scopePosition,
          "limit \(Echo.quoted(limit.name)) is per key, but this API has no keys, allowed: keys, "
            + "or a credential with from: caller")
      }
    }
    if draft.selectors.contains(.credential), let rule = draft.credential, !rule.fromCaller {
      faults.add(
        (draft.words["account"] ?? draft.words["credential"])?.position ?? draft.entry.position,
        "the account is the caller's credential, which needs a credential with from: caller")
    }
  }

  private mutating func checkIdempotency(_ draft: ApiDraft) {
    guard let rule = draft.idempotency, rule.header == draft.credential?.header else { return }
    faults.add(
      (draft.words["idempotency"] ?? draft.words["credential"])?.position ?? draft.entry.position,
      "header \(Echo.quoted(rule.header)) holds the credential, allowed for idempotency: another "
        + "header, such as Idempotency-Key")
  }

  /// Whether something stands there of which nothing could be read.
  func isFaulty(_ entry: Item.Entry?) -> Bool {
    guard let entry else { return false }
    if case .list(let items) = entry.value.content { return !items.isEmpty }
    return true
  }

  private mutating func checkCredential(_ draft: ApiDraft) {
    let keys = draft.words["keys"]
    if let keys, draft.credential == nil, draft.words["credential"] == nil {
      faults.add(
        keys.position,
        "this API has keys but does not say where they go, allowed: credential with a header, "
          + "such as credential: { header: X-API-Key }")
    }
    guard let credential = draft.credential else { return }
    if let keys, credential.fromCaller {
      faults.add(
        keys.position,
        "this API's credential comes from the caller, so keys are never used, allowed: keys or "
          + "from: caller")
    }
    if keys == nil, !credential.fromCaller {
      faults.add(
        (draft.words["credential"] ?? draft.words["provider"])?.position ?? draft.entry.position,
        "this API says where keys go but has none, allowed: keys, or a credential with "
          + "from: caller")
    }
  }
}
