/// The tiers of Soku (seeds/soku-rate-limits.txt); the raw value is the word in `X-RateLimit-Tier`.
public enum SokuTier: String, CaseIterable, Hashable, Sendable {
  /// A missing or invalid key.
  case `default`
  /// A key without an active subscription.
  case authenticated
  /// A key with an active subscription.
  case premium
  /// An internal account.
  case admin

  /// Requests in 60 s.
  var allow: Int {
    switch self {
    case .default: 25
    case .authenticated: 60
    case .premium: 100
    case .admin: 200
    }
  }
}
