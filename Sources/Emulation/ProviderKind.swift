/// The providers that can be emulated; the raw value is the word on the command line.
public enum ProviderKind: String, CaseIterable, Hashable, Sendable {
  /// 120 a minute and key, a token bucket.
  case tokportal
  /// 600 a minute and endpoint, 6 publishing requests a minute and user token, sliding windows.
  case tiktok
  /// 100 a minute and key, and endpoint limits no header shows, sliding windows.
  case soku
  /// A strict sliding window a key, 60 a minute unless told otherwise.
  case generic

  /// Whether the main limit is a bucket, whose size can be chosen.
  public var takesBurst: Bool { self == .tokportal }
}
