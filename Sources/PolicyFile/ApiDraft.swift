import Policy

/// What is read of an API before its parts are checked against each other.
struct ApiDraft {
  var entry: Item.Entry
  var words: Reading.Words
  var credential: CredentialRule?
  var selectors: [AccountSelector]
  var idempotency: IdempotencyRule?
  var keys: KeyDrafts
  var limits: [LimitDraft]
}

/// The keys of an API, with the names of those whose secret could not be read.
struct KeyDrafts {
  var keys: [ApiKey] = []
  var names: [String] = []
}
