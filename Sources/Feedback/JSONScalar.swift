/// A JSON value that is neither object nor array.
public enum JSONScalar: Hashable, Sendable {
  /// A string, its escapes resolved.
  case string(String)
  /// A number, as it is written.
  case number(String)
  /// `true` or `false`.
  case bool(Bool)
  /// `null`.
  case null
}
