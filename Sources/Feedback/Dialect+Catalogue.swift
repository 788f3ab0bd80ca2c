/// The providers whose dialect Penstock knows (limits-science.md, section 6.1).
extension Dialect {
  /// Every known dialect.
  static let all = [generic, tokportal, tiktok, soku]

  /// The words the policy file takes for `provider`, in the order of the documentation.
  public static let names = all.map(\.name)

  /// The dialect of that name, or nil.
  public static func named(_ name: String) -> Dialect? { all.first { $0.name == name } }

  /// What most gateways send; for a provider nothing else is known of.
  ///
  /// The units of the reset fields are told from their values. A remaining count above zero means
  /// that a limit other than the one in the header is exceeded.
  public static let generic = Dialect(
    name: "generic",
    delayPaths: [
      ["retry_after"], ["retryAfter"], ["retry_after_seconds"], ["error", "retry_after"],
      ["error", "retryAfter"], ["error", "details", "retry_after_seconds"],
      ["error", "details", "retryAfter"], ["parameters", "retry_after"],
    ],
    remainingFields: ["x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining"],
    resetAfterFields: ["x-ratelimit-reset-after"],
    resetFields: [
      ResetField(name: "x-ratelimit-reset", unit: .automatic, meaning: .windowEnd),
      ResetField(name: "ratelimit-reset", unit: .automatic, meaning: .windowEnd),
      ResetField(name: "x-rate-limit-reset", unit: .automatic, meaning: .windowEnd),
    ],
    scopes: ScopeRule(exhausted: .key, room: .narrowest, unstated: .key),
    codePaths: [["error", "code"], ["error", "type"], ["code"]],
    codes: ["insufficient_quota": .permanent]
  )

  /// TokPortal: a token bucket a key, and limits of the account (bundle) the body names.
  ///
  /// Its Reset is when the bucket is full again, up to a minute after the time to send, and its
  /// documentation calls `Retry-After` canonical where the body says a second more.
  public static let tokportal = Dialect(
    name: "tokportal",
    delayPaths: [["error", "details", "retry_after_seconds"]],
    retryAfterIsCanonical: true,
    remainingFields: ["x-ratelimit-remaining"],
    resetFields: [ResetField(name: "x-ratelimit-reset", unit: .epochSeconds, meaning: .full)],
    scopes: ScopeRule(
      exhausted: .key, room: .narrowest, unstated: .key,
      namingPaths: [["error"], ["message"], ["details"]],
      namings: [
        .init(scope: .account, words: ["account", "bundle"]),
        .init(
          scope: .key,
          words: ["api key", "api_key", "api-key", "apikey", "key level", "key_level", "key-level"]
        ),
      ]),
    codePaths: [["error", "code"]],
    codes: ["RATE_LIMIT_EXCEEDED": .limit]
  )

  /// TikTok: sliding windows of app and endpoint, and of the user's token for publishing.
  ///
  /// An answer never tells which of them it counts, and no single scope stands for app, user and
  /// endpoint together: always the narrowest limit the request took from. `spam_risk_*` are
  /// verdicts on the account, not counters: one is waited out, the other is for good.
  public static let tiktok = Dialect(
    name: "tiktok",
    remainingFields: ["x-ratelimit-remaining"],
    resetFields: [ResetField(name: "x-ratelimit-reset", unit: .automatic, meaning: .windowEnd)],
    scopes: ScopeRule(exhausted: .narrowest, room: .narrowest, unstated: .narrowest),
    codePaths: [["error", "code"]],
    codes: [
      "rate_limit_exceeded": .limit,
      "spam_risk_too_many_posts": .softBlock(.account, atLeast: .seconds(3600)),
      "spam_risk_user_banned_from_posting": .permanent,
    ]
  )

  /// Soku: a sliding window a key, in the headers, and endpoint limits that no header shows.
  ///
  /// Its Reset is later than its `Retry-After` (72 s and 12 s in its own sample): it counts only
  /// where nothing else is said.
  public static let soku = Dialect(
    name: "soku",
    delayPaths: [["error", "details", "retryAfter"]],
    remainingFields: ["x-ratelimit-remaining"],
    resetFields: [ResetField(name: "x-ratelimit-reset", unit: .iso8601, meaning: .windowEnd)],
    scopes: ScopeRule(exhausted: .key, room: .endpoint, unstated: .key),
    codePaths: [["error", "code"]],
    codes: ["rate_limit_exceeded": .limit]
  )
}
