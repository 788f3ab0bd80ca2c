import Limits
import Seeding
import Timekeeping

/// Soku (seeds/soku-rate-limits.txt): a sliding window a key, of its tier, and endpoint limits
/// that no field shows.
///
/// Requests without a key share the tier default, and keys of that tier are invalid. The burst
/// allowance, which "is not guaranteed", is granted only when asked for. The tier counts first: a
/// request that its endpoint refuses has used a place of the tier.
struct EmulatedSoku: ProviderModel {
  private static let endpointLimits = [
    "/v1/posts": 30, "/v1/media": 30, "/v1/ai/transcribe": 10, "/v1/templates": 20,
    "/v1/media/render-og": 20,
  ]
  private static let window: Duration = .seconds(60)

  private let allow: Rate?
  private let burst: Int
  private var tier: SokuTier
  private var tiersOfKeys: [String: SokuTier] = [:]
  private var keys: ScopedLimiter<PenalisedLimiter<ServerBurstWindow>>
  private var unkeyed: PenalisedLimiter<ServerBurstWindow>
  private var endpoints: LimitStack
  private var random: SplitMix64

  init(_ options: ProviderOptions) {
    allow = options.allow
    burst = options.burst ?? 0
    tier = options.tier
    func limiter(_ tier: SokuTier, per span: Duration) -> PenalisedLimiter<ServerBurstWindow> {
      let window = ServerBurstWindow(
        rate: Rate(allow: tier.allow, per: span), burst: options.burst ?? 0,
        rejectsCount: options.rejectsCount)
      return PenalisedLimiter(
        window, penalty: options.penalty, rejectsCount: options.rejectsCount)
    }
    keys = ScopedLimiter(limiter(options.tier, per: options.allow?.per ?? Self.window))
    unkeyed = limiter(.default, per: Self.window)
    endpoints = LimitStack(rejectsCount: options.rejectsCount, penalty: options.penalty)
    for (path, allow) in Self.endpointLimits {
      let rate = Rate(allow: allow, per: Self.window)
      endpoints.add(path, ServerWindow(rate: rate, rejectsCount: options.rejectsCount))
    }
    random = SplitMix64(seed: options.seed)
  }

  func credential(of request: EmulatedRequest) -> String? { request.sokuKey }

  func account(of request: EmulatedRequest, label: String?) -> String? { request.accountField }

  /// Puts one key into `tier`, from its next request on.
  mutating func setTier(_ tier: SokuTier, of key: String) { tiersOfKeys[key] = tier }

  /// Puts every key into `tier`, from its next request on.
  mutating func setTierOfAll(_ tier: SokuTier) {
    self.tier = tier
    tiersOfKeys = [:]
  }

  mutating func answer(to request: EmulatedRequest, at moment: ArrivalMoment) -> ProviderAnswer {
    let tier = request.sokuKey.map { tiersOfKeys[$0] ?? self.tier } ?? .default
    let (standing, fields) = count(request.sokuKey, in: tier, at: moment)
    guard standing.verdict.isAccepted else {
      return refusal(by: standing, "tier", after: standing.verdict.retryAfter, fields, moment.wall)
    }
    guard let key = request.sokuKey, tier != .default else {
      let error = Failure(type: "authentication_error", code: "unauthorized")
      let body = failure(error, "Missing or invalid API key.", details: nil, moment.wall)
      return ProviderAnswer(401, fields, body)
    }
    if request.method == "POST", let limit = Self.endpointLimits[request.path] {
      let outcome = endpoints.count([LimitCharge(request.path, key)], at: moment)
      if let (name, verdict) = outcome.refusal {
        let hidden = Standing(tier: tier, allow: limit, span: Self.window, verdict: verdict)
        return refusal(by: hidden, name, after: verdict.retryAfter, fields, moment.wall)
      }
    }
    let id = Identifier.hexadecimal(12, &random)
    return ProviderAnswer(200, fields, #"{"data":{"id":"pst_\#(id)"}}"#)
  }

  /// Counts an arrival of `key` by its tier; where that leaves it, and the fields that say so.
  private mutating func count(
    _ key: String?, in tier: SokuTier, at moment: ArrivalMoment
  ) -> (Standing, [(name: String, value: String)]) {
    let standing: Standing
    if let key {
      let allowance = allow?.allow ?? tier.allow
      let burst = burst
      let verdict = keys.update(key, at: moment.now) { window in
        window.limiter.resize(to: allowance, burst: burst)
        return window.arrive(at: moment.now, taking: moment.work)
      }
      standing = Standing(
        tier: tier, allow: allowance, span: allow?.per ?? Self.window, verdict: verdict)
    } else {
      let verdict = unkeyed.arrive(at: moment.now, taking: moment.work)
      standing = Standing(tier: tier, allow: tier.allow, span: Self.window, verdict: verdict)
    }
    return (standing, standing.fields(moment.wall))
  }

  private mutating func refusal(
    by standing: Standing, _ name: String, after delay: Duration,
    _ fields: [(name: String, value: String)], _ wall: WallTime
  ) -> ProviderAnswer {
    let seconds = delay.roundedUpSeconds
    let details =
      #"{"retryAfter":\#(seconds),"limit":\#(standing.allow),"#
      + #""tier":"\#(standing.tier.rawValue)"}"#
    let body = failure(
      Failure(type: "invalid_request_error", code: "rate_limit_exceeded"),
      "Rate limit exceeded. Please retry after \(seconds) seconds.", details: details, wall)
    return ProviderAnswer(429, [("Retry-After", "\(seconds)")] + fields, body, limit: name)
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
  /// Where a limit leaves a request.
  private struct Standing {
    let tier: SokuTier
    let allow: Int
    let span: Duration
    let verdict: Verdict

    /// The four fields of every answer.
    ///
    /// In the documented 429, Reset is a window after the time to retry; in an accepted answer it
    /// is a window after the request.
    func fields(_ wall: WallTime) -> [(name: String, value: String)] {
      let retry = verdict.isAccepted ? .zero : verdict.retryAfter
      let reset = (wall + retry + span).roundedUpToMilliseconds
      return [
        ("X-RateLimit-Limit", "\(allow)"), ("X-RateLimit-Remaining", "\(verdict.remaining)"),
        ("X-RateLimit-Reset", ISODate.text(of: reset)), ("X-RateLimit-Tier", tier.rawValue),
      ]
    }
  }
}
