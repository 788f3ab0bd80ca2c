import Policy

extension Reading {
  /// Where the key goes in a request.
  mutating func credential(_ item: Item) -> CredentialRule? {
    guard
      let words = words(item, in: "credential", allowed: ["header", "scheme", "from"])
    else { return nil }
    guard let entry = words["header"] else {
      faults.add(
        item.position, "credential has no header, allowed: one such as header: X-API-Key")
      return nil
    }
    let header = value(
      entry.value, for: "header", allowed: "a header name such as X-API-Key",
      parse: FieldNameText.parse)
    var scheme: String?
    if let entry = words["scheme"] {
      scheme = text(entry.value, for: "scheme", allowed: "one word such as Bearer")
      if let text = scheme, !FieldNameText.isToken(text) {
        faults.add(entry.value.position, "this is no scheme, allowed: one word such as Bearer")
      }
    }
    let from = words["from"].flatMap { choice($0.value, for: "from", among: ["caller"]) }
    return header.map { CredentialRule(header: $0, scheme: scheme, fromCaller: from != nil) }
  }

  /// How to find the account: a list of selectors.
  mutating func accounts(_ item: Item) -> [AccountSelector] {
    guard case .list(let items) = item.content else {
      faults.add(
        item.position,
        "found \(item.noun), allowed for account: a list of path, header, json or credential")
      return []
    }
    return items.compactMap { selector($0) }
  }

  private mutating func selector(_ item: Item) -> AccountSelector? {
    guard
      let words = words(
        item, in: "account", allowed: ["path", "header", "json", "credential"])
    else { return nil }
    guard let entry = words.entries.first else { return nil }
    if words.entries.count > 1 {
      faults.add(
        words.entries[1].position, "found two selectors, allowed: one in each part of the list")
      return nil
    }
    switch entry.word {
    case "path":
      return value(
        entry.value, for: "path", allowed: "a path with {account}", parse: Reading.accountPath
      ).map { .path($0) }
    case "header":
      return value(
        entry.value, for: "header", allowed: "a header name such as X-Account-Id",
        parse: FieldNameText.parse
      ).map { .header($0) }
    case "json": return pointer(entry.value).map { .json($0) }
    default:
      return choice(entry.value, for: "credential", among: ["true"]).map { _ in .credential }
    }
  }

  private static func accountPath(_ text: String) throws(Misread) -> PathPattern {
    guard let pattern = PathPattern(text), pattern.namesAccount else {
      throw Misread(
        "found \(Echo.quoted(text)), allowed for path: a path with {account} once, such as "
          + "/v1/accounts/{account}/**")
    }
    return pattern
  }
}
