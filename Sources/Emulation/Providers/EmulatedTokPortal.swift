import Limits
import Seeding
import Timekeeping

/// TokPortal (seeds/tokportal-rate-limits.txt, tokportal-best-practices.txt): a token bucket an API
/// key, limits of the account (bundle) if asked for, idempotency keys, credits.
///
/// Every request takes one token, a write too: the documents give no other cost. A refused request
/// is not executed: it takes no credits and leaves its idempotency key fresh.
struct EmulatedTokPortal: ProviderModel {
  private static let longestKey = 255

  private let burst: Int
  private let limitsAccounts: Bool
  private var stack: LimitStack
  private var credits: Int?
  private var store = IdempotencyStore()
  private var random: SplitMix64

  init(_ options: ProviderOptions) {
    let rate = options.allow ?? Rate(allow: 120, per: .seconds(60))
    burst = options.burst ?? rate.allow
    credits = options.credits
    limitsAccounts = options.accountAllow != nil
    random = SplitMix64(seed: options.seed)
    stack = LimitStack(rejectsCount: options.rejectsCount, penalty: options.penalty)
    let counts = options.rejectsCount
    stack.add("key", ServerBucket(rate: rate, burst: burst, rejectsCount: counts))
    if let rate = options.accountAllow {
      stack.add("account", ServerWindow(rate: rate, rejectsCount: counts))
    }
  }

  func credential(of request: EmulatedRequest) -> String? { request.apiKey }

  /// The bundle of `/api/ext/bundles/{id}/...`, else what `X-Account-Id` says.
  func account(of request: EmulatedRequest, label: String?) -> String? {
    let parts = request.path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 4, parts[..<4] == ["", "api", "ext", "bundles"], !parts[4].isEmpty
    else { return request.accountField }
    return String(parts[4])
  }

  mutating func answer(to request: EmulatedRequest, at moment: ArrivalMoment) -> ProviderAnswer {
    guard let key = request.apiKey else {
      return Self.failure(401, "UNAUTHORIZED", "Missing API key. Send it in the X-API-Key header.")
    }
    let outcome = stack.count([LimitCharge("key", key)], at: moment)
    let fields = outcome.verdict(of: "key").map { self.fields(of: $0, moment.wall) } ?? []
    var answer: ProviderAnswer
    if let refusal = outcome.refusal {
      answer = Self.refusal(by: refusal.verdict, refusal.limit, "Too many requests.")
    } else {
      answer = once(request, of: key, at: moment)
    }
    answer.fields = fields + answer.fields
    return answer
  }

  /// The answer to a request the key has room for, executed at most once for an idempotency key.
  private mutating func once(
    _ request: EmulatedRequest, of key: String, at moment: ArrivalMoment
  ) -> ProviderAnswer {
    guard request.isWrite, let idempotencyKey = request.idempotencyKey else {
      return execute(request, at: moment)
    }
    guard idempotencyKey.count <= Self.longestKey else {
      return Self.failure(
        400, "IDEMPOTENCY_KEY_TOO_LONG", "The key is longer than 255 characters.")
    }
    let name = IdempotencyStore.Name(owner: key, key: idempotencyKey)
    switch store.standing(of: name, for: request, at: moment.now) {
    case .replay(var answer):
      answer.fields.append(("Idempotent-Replayed", "true"))
      return answer
    case .inProgress:
      return Self.failure(
        409, "IDEMPOTENCY_KEY_IN_PROGRESS", "The first request is still processing.")
    case .reused:
      return Self.failure(
        409, "IDEMPOTENCY_KEY_REUSED", "The key already exists for a different request.")
    case .fresh:
      let answer = execute(request, at: moment)
      if answer.status == 200 { store.keep(answer, to: request, as: name, at: moment) }
      return answer
    }
  }

  private mutating func execute(
    _ request: EmulatedRequest, at moment: ArrivalMoment
  ) -> ProviderAnswer {
    let price = Self.price(of: request)
    if let credits, credits < price {
      return Self.failure(
        402, "INSUFFICIENT_CREDITS", "Not enough credits. Top up your balance.",
        details: #"{"required":\#(price),"available":\#(credits)}"#)
    }
    if limitsAccounts, request.isWrite, let account = account(of: request, label: nil) {
      let outcome = stack.count([LimitCharge("account", account)], at: moment)
      if let (limit, verdict) = outcome.refusal {
        return Self.refusal(by: verdict, limit, "Too many requests for this account.")
      }
    }
    credits = credits.map { $0 - price }
    let id = Identifier.hexadecimal(12, &random)
    return ProviderAnswer(200, [], #"{"data":{"id":"bnd_\#(id)","status":"published"}}"#)
  }

  /// 25 credits a bundle, 2 a video, 7 a warming; everything else is free.
  private static func price(of request: EmulatedRequest) -> Int {
    guard request.method == "POST" else { return 0 }
    let parts = request.path.split(separator: "/")
    guard parts.starts(with: ["api", "ext", "bundles"]) else { return 0 }
    switch parts.count {
    case 3: return 25
    case 5: return ["videos": 2, "warming": 7][parts[4]] ?? 0
    default: return 0
    }
  }

  /// The bucket of the key; Reset is when it is full, at the latest by the second it names.
  private func fields(of verdict: Verdict, _ wall: WallTime) -> [(name: String, value: String)] {
    let reset = (wall + verdict.untilClear).roundedUpSecondsSinceEpoch
    return [
      ("X-RateLimit-Limit", "\(burst)"), ("X-RateLimit-Remaining", "\(verdict.remaining)"),
      ("X-RateLimit-Reset", "\(reset)"),
    ]
  }

  /// The body says a second more than `Retry-After`, as in the documented sample.
  private static func refusal(
    by verdict: Verdict, _ limit: String, _ message: String
  ) -> ProviderAnswer {
    let seconds = verdict.retryAfter.roundedUpSeconds
    // The level is named where the sample has none: it shows a limit of the key.
    let level = limit == "account" ? #","limit":"account""# : ""
    var answer = failure(
      429, "RATE_LIMIT_EXCEEDED", "\(message) Please slow down.",
      details: #"{"retry_after_seconds":\#(seconds + 1)\#(level)}"#)
    answer.fields.insert(("Retry-After", "\(seconds)"), at: 0)
    answer.limit = limit
    return answer
  }

  private static func failure(
    _ status: Int, _ code: String, _ message: String, details: String? = nil
  ) -> ProviderAnswer {
    let details = details.map { #","details":\#($0)"# } ?? ""
    return ProviderAnswer(
      status, [], #"{"error":{"code":"\#(code)","message":"\#(message)"\#(details)}}"#)
  }
}
