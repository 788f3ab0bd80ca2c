import Limits
import Seeding
import Timekeeping

/// TikTok v2 (seeds/tiktok-limits-2026.txt): sliding windows of the app and endpoint, and of the
/// user's token for publishing.
///
/// All tokens belong to one app here. A publishing request is counted by its token's window first;
/// one refused there is not counted by the endpoint's.
struct EmulatedTikTok: ProviderModel {
  private var endpoints: ScopedLimiter<ServerWindow>
  private var publishing: ScopedLimiter<ServerWindow>
  private var random: SplitMix64

  init(allow: Rate?, rejectsCount: Bool, seed: UInt64) {
    let endpoint = allow ?? Rate(allow: 600, per: .seconds(60))
    let publish = Rate(allow: 6, per: .seconds(60))
    endpoints = ScopedLimiter(ServerWindow(rate: endpoint, rejectsCount: rejectsCount))
    publishing = ScopedLimiter(ServerWindow(rate: publish, rejectsCount: rejectsCount))
    random = SplitMix64(seed: seed)
  }

  func credential(of request: EmulatedRequest) -> String? { request.bearerToken }

  /// The user whose token it is.
  func account(of request: EmulatedRequest, label: String?) -> String? { label }

  mutating func answer(
    to request: EmulatedRequest, at now: Instant, wall: WallTime
  ) -> ProviderAnswer {
    guard let token = request.bearerToken else {
      let message = "The access token is invalid or not found in the request."
      return ProviderAnswer(401, [], refusal("access_token_invalid", message, wall))
    }
    let isPublishing =
      request.method == "POST" && (request.path + "/").hasPrefix("/v2/post/publish/")
    let verdict = count(request, of: token, isPublishing: isPublishing, at: now)
    // When a place is free again; of an accepted request, when the window is empty again.
    let span = verdict.isAccepted ? verdict.untilClear : verdict.retryAfter
    let reset = (wall + span).roundedUpSecondsSinceEpoch
    let fields = [
      (name: "X-RateLimit-Remaining", value: "\(verdict.remaining)"),
      (name: "X-RateLimit-Reset", value: "\(reset)"),
    ]
    guard verdict.isAccepted else {
      let message = "The API rate limit was exceeded. Please try again later."
      return ProviderAnswer(429, fields, refusal("rate_limit_exceeded", message, wall))
    }
    return ProviderAnswer(200, fields, success(isPublishing: isPublishing, wall))
  }

  /// The verdict that binds: the one that refused, else the scarcer.
  private mutating func count(
    _ request: EmulatedRequest, of token: String, isPublishing: Bool, at now: Instant
  ) -> Verdict {
    guard isPublishing else { return endpoints.arrive(in: request.path, at: now) }
    let narrow = publishing.arrive(in: token, at: now)
    guard narrow.isAccepted else { return narrow }
    let wide = endpoints.arrive(in: request.path, at: now)
    return wide.isAccepted && narrow.remaining <= wide.remaining ? narrow : wide
  }

  private mutating func refusal(_ code: String, _ message: String, _ wall: WallTime) -> String {
    #"{"error":{"code":"\#(code)","message":"\#(message)","log_id":"\#(logID(wall))"}}"#
  }

  private mutating func success(isPublishing: Bool, _ wall: WallTime) -> String {
    let id = Identifier.decimal(19, &random)
    let data =
      isPublishing ? #"{"publish_id":"v_pub_url~v2.\#(id)"}"# : #"{"id":"\#(id)"}"#
    return #"{"data":\#(data),"error":{"code":"ok","message":"","log_id":"\#(logID(wall))"}}"#
  }

  /// The time to the second and 18 hexadecimal digits.
  private mutating func logID(_ wall: WallTime) -> String {
    let digits = ISODate.text(of: wall).prefix(19).filter(\.isNumber)
    return digits + Identifier.hexadecimal(18, &random).uppercased()
  }
}
