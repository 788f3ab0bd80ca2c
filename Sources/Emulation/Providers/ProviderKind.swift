/// The providers that can be emulated; the raw value is the word on the command line.
public enum ProviderKind: String, CaseIterable, Hashable, Sendable {
  /// 120 a minute and key, a token bucket; idempotency keys; credits.
  case tokportal
  /// 600 a minute and endpoint; 6 posts and 30 status requests a minute and user token; 15 to 25
  /// posts a day and account; no spikes; a longer block for those who hammer.
  case tiktok
  /// 1,000 requests and 100,000 records a day and token.
  case tiktokResearch = "tiktok-research"
  /// So many a second as the provider pleases, and refusals that are nobody's fault.
  case tiktokShop = "tiktok-shop"
  /// 100 a minute and key, and endpoint limits no header shows, sliding windows.
  case soku
  /// A strict sliding window a key, 60 a minute unless told otherwise.
  case generic

  /// Whether the main limit is a bucket, whose size can be chosen, or may be exceeded in bursts.
  public var takesBurst: Bool { self == .tokportal || self == .soku }
}
