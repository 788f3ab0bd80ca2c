/// Where an account's name stands in a request.
public enum AccountSelector: Hashable, Sendable {
  /// In the path, where the pattern says `{account}`.
  case path(PathPattern)
  /// The value of this header field, lower case.
  case header(String)
  /// The text or number at this path of a JSON body: names of members, outermost first.
  case json([String])
  /// The caller's own credential is the account.
  case credential
}
