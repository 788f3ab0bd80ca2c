import Limits
import Seeding
import Timekeeping

/// Soku (seeds/soku-rate-limits.txt): a sliding window a key, of its tier, and endpoint limits
/// that no field shows.
///
/// Every key is of the tier premium; requests without a key share the tier default. The burst
/// allowance, which "is not guaranteed", is not granted. The tier counts first: a request that
/// its endpoint refuses has used a place of the tier.
struct EmulatedSoku: ProviderModel {
  private static let endpointLimits = [
    "/v1/posts": 30, "/v1/media": 30, "/v1/ai/transcribe": 10, "/v1/templates": 20,
    "/v1/media/render-og": 20,
  ]
  private static let window: Duration = .seconds(60)

  private let premium: Rate
  private let unkeyed = Rate(allow: 25, per: EmulatedSoku.window)
  private var keys: ScopedLimiter<ServerWindow>
  private var unkeyedWindow: ServerWindow
  private var endpoints: [String: ScopedLimiter<ServerWindow>]
  private var random: SplitMix64

  init(allow: Rate?, rejectsCount: Bool, seed: UInt64) {
    premium = allow ?? Rate(allow: 100, per: Self.window)
    keys = ScopedLimiter(ServerWindow(rate: premium, rejectsCount: rejectsCount))
    unkeyedWindow = ServerWindow(rate: unkeyed, rejectsCount: rejectsCount)
    endpoints = Self.endpointLimits.mapValues { allow in
      let rate = Rate(allow: allow, per: Self.window)
      return ScopedLimiter(ServerWindow(rate: rate, rejectsCount: rejectsCount))
    }
    random = SplitMix64(seed: seed)
  }

  func credential(of request: EmulatedRequest) -> String? { request.sokuKey }

  func account(of request: EmulatedRequest, label: String?) -> String? { request.accountField }

  mutating func answer(
    to request: EmulatedRequest, at now: Instant, wall: WallTime
  ) -> ProviderAnswer {
    guard let key = request.sokuKey else {
      let tier = Tier(name: "default", rate: unkeyed, verdict: unkeyedWindow.arrive(at: now))
      if !tier.verdict.isAccepted { return refusal(by: tier, wall) }
      let error = Failure(type: "authentication_error", code: "unauthorized")
      let body = failure(error, "Missing or invalid API key.", details: nil, wall)
      return ProviderAnswer(401, tier.fields(wall), body)
    }
    let tier = Tier(name: "premium", rate: premium, verdict: keys.arrive(in: key, at: now))
    if !tier.verdict.isAccepted { return refusal(by: tier, wall) }
    if request.method == "POST", let limit = Self.endpointLimits[request.path],
      let verdict = endpoints[request.path]?.arrive(in: key, at: now), !verdict.isAccepted
    {
      let delay = verdict.retryAfter
      return refusal(after: delay, limit: limit, fields: tier.fields(wall), tier.name, wall)
    }
    let id = Identifier.hexadecimal(12, &random)
    return ProviderAnswer(200, tier.fields(wall), #"{"data":{"id":"pst_\#(id)"}}"#)
  }

  private mutating func refusal(by tier: Tier, _ wall: WallTime) -> ProviderAnswer {
    let fields = tier.fields(wall)
    return refusal(
      after: tier.verdict.retryAfter, limit: tier.rate.allow, fields: fields, tier.name, wall)
  }

  private mutating func refusal(
    after delay: Duration, limit: Int, fields: [(name: String, value: String)], _ tier: String,
    _ wall: WallTime
  ) -> ProviderAnswer {
    let seconds = delay.roundedUpSeconds
    let body = failure(
      Failure(type: "invalid_request_error", code: "rate_limit_exceeded"),
      "Rate limit exceeded. Please retry after \(seconds) seconds.",
      details: #"{"retryAfter":\#(seconds),"limit":\#(limit),"tier":"\#(tier)"}"#, wall)
    return ProviderAnswer(429, [("Retry-After", "\(seconds)")] + fields, body)
  }

  private struct Failure {
    let type: String
    let code: String
  }

  private mutating func failure(
    _ failure: Failure, _ message: String, details: String?, _ wall: WallTime
  ) -> String {
    let id = Identifier.hexadecimal(12, &random)
    return #"{"error":{"type":"\#(failure.type)","code":"\#(failure.code)","#
      + #""message":"\#(message)","timestamp":"\#(ISODate.text(of: wall))","#
      + #""requestId":"req_\#(id)"\#(details.map { #","details":\#($0)"# } ?? "")}}"#
  }
}

extension EmulatedSoku {
  /// The limit the fields tell of.
  private struct Tier {
    let name: String
    let rate: Rate
    let verdict: Verdict

    /// The four fields of every answer.
    ///
    /// In the documented 429, Reset is a window after the time to retry; in an accepted answer it
    /// is a window after the request.
    func fields(_ wall: WallTime) -> [(name: String, value: String)] {
      let retry = verdict.isAccepted ? .zero : verdict.retryAfter
      let reset = (wall + retry + rate.per).roundedUpToMilliseconds
      return [
        ("X-RateLimit-Limit", "\(rate.allow)"), ("X-RateLimit-Remaining", "\(verdict.remaining)"),
        ("X-RateLimit-Reset", ISODate.text(of: reset)), ("X-RateLimit-Tier", name),
      ]
    }
  }
}
