import Policy

/// What is read of an API before its parts are checked against each other.
struct ApiDraft {
  var entry: Item.Entry
  var words: Reading.Words
  var credential: CredentialRule?
  var selectors: [AccountSelector]
  var keys: KeyDrafts
  var limits: [LimitDraft]
}

/// The keys of an API, with the names of those whose secret could not be read.
struct KeyDrafts {
  var keys: [ApiKey] = []
  var names: [String] = []
}

/// A limit with its place; its rule is nil when it has a fault.
struct LimitDraft {
  var name: String
  var position: Position
  var scopePosition: Position
  var rule: LimitRule?
}
