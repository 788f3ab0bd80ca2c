import Limits

/// What an operator may change of an emulated provider; the rest is as its documents say.
public struct ProviderOptions: Sendable {
  /// Replaces the main limit.
  public var allow: Rate?
  /// The size of the main bucket, or what may exceed the main window for a while.
  public var burst: Int?
  /// Whether refused requests count like accepted ones, in every limit that counts requests.
  public var rejectsCount = false
  /// How long a limit that was exceeded stays shut at least, and twice as long with each request
  /// that comes meanwhile; nil is the provider's own way.
  public var penalty: Duration?
  /// Where identifiers and everything drawn follow from.
  public var seed: UInt64 = 1
  /// Soku: the tier of every key.
  public var tier = SokuTier.premium
  /// TokPortal: what may be written to one bundle; nil is no limit, as none is published.
  public var accountAllow: Rate?
  /// TokPortal: the credits to begin with; nil is no end of them.
  public var credits: Int?
  /// TikTok: posts a day and account; nil draws 15 to 25 for each account.
  public var dailyCap: Int?
  /// Generic: its limits; none is a sliding window of `allow`.
  public var limits: [StrictLimit] = []

  /// A provider as its documents describe it.
  public init() {}
}
