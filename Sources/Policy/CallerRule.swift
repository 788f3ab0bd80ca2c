/// Who counts as one caller when shares are fair.
public enum CallerRule: Hashable, Sendable {
  /// The peer's network address.
  case address
  /// The value of this request header, lower case; only where callers are trusted.
  case header(String)
}
