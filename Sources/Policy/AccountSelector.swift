/// Where an account's name stands in a request.
public enum AccountSelector: Hashable, Sendable {
  /// In the path, where the pattern says `{account}`.
  case path(PathPattern)
  /// The value of this header field, lower case.
  case header(String)
  /// The caller's own credential is the account.
  case credential
}
