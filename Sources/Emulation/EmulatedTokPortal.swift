import Limits
import Seeding
import Timekeeping

/// TokPortal (seeds/tokportal-rate-limits.txt): a token bucket an API key.
struct EmulatedTokPortal: ProviderModel {
  private let burst: Int
  private var buckets: ScopedLimiter<ServerBucket>
  private var random: SplitMix64

  init(allow: Rate?, burst: Int?, rejectsCount: Bool, seed: UInt64) {
    let rate = allow ?? Rate(allow: 120, per: .seconds(60))
    self.burst = burst ?? rate.allow
    buckets = ScopedLimiter(
      ServerBucket(rate: rate, burst: self.burst, rejectsCount: rejectsCount))
    random = SplitMix64(seed: seed)
  }

  func credential(of request: EmulatedRequest) -> String? { request.apiKey }

  /// The bundle of `/api/ext/bundles/{id}/...`, else what `X-Account-Id` says.
  func account(of request: EmulatedRequest, label: String?) -> String? {
    let parts = request.path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 4, parts[..<4] == ["", "api", "ext", "bundles"], !parts[4].isEmpty
    else { return request.accountField }
    return String(parts[4])
  }

  mutating func answer(
    to request: EmulatedRequest, at now: Instant, wall: WallTime
  ) -> ProviderAnswer {
    guard let key = request.apiKey else {
      let message = "Missing API key. Send it in the X-API-Key header."
      return ProviderAnswer(
        401, [], #"{"error":{"code":"UNAUTHORIZED","message":"\#(message)"}}"#)
    }
    let verdict = buckets.arrive(in: key, at: now)
    // Full at the latest by the second it names: the documents call it an estimate.
    let reset = (wall + verdict.untilClear).roundedUpSecondsSinceEpoch
    var fields = [
      (name: "X-RateLimit-Limit", value: "\(burst)"),
      (name: "X-RateLimit-Remaining", value: "\(verdict.remaining)"),
      (name: "X-RateLimit-Reset", value: "\(reset)"),
    ]
    if verdict.isAccepted {
      let id = Identifier.hexadecimal(12, &random)
      return ProviderAnswer(200, fields, #"{"data":{"id":"bnd_\#(id)","status":"published"}}"#)
    }
    let seconds = verdict.retryAfter.roundedUpSeconds
    fields.append((name: "Retry-After", value: "\(seconds)"))
    return ProviderAnswer(429, fields, Self.refusal(seconds: seconds))
  }

  /// The body says a second more than `Retry-After`, as in the documented sample.
  private static func refusal(seconds: Int64) -> String {
    #"{"error":{"code":"RATE_LIMIT_EXCEEDED","message":"Too many requests. Please slow down.","#
      + #""details":{"retry_after_seconds":\#(seconds + 1)}}}"#
  }
}
