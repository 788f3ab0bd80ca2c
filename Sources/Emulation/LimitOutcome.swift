/// What several limits said to one arrival, in the order they were asked.
struct LimitOutcome: Sendable {
  /// The limit that refused it, and its verdict.
  private(set) var refusal: (limit: String, verdict: Verdict)?
  private var verdicts: [String: Verdict] = [:]

  mutating func add(_ verdict: Verdict, of limit: String) {
    verdicts[limit] = verdict
    if !verdict.isAccepted { refusal = (limit, verdict) }
  }

  /// What `limit` said; nil when it was not asked.
  func verdict(of limit: String) -> Verdict? { verdicts[limit] }

  /// The verdict with the least remaining of those `limits` that were asked.
  func scarcest(of limits: [String]) -> Verdict? {
    limits.compactMap { verdicts[$0] }.min { $0.remaining < $1.remaining }
  }
}
