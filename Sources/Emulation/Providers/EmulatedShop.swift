import Limits
import Seeding
import Timekeeping

/// TikTok Shop (seeds/tiktok-limits-2026.txt): queries a second of token, account and endpoint that
/// the provider sets as it pleases and never tells, and 429s when the platform itself is busy.
///
/// The documents give no figures. Here the allowance of an endpoint is drawn anew every 30 s, from
/// 60 to 100 % of `allow`, 10 a second unless told otherwise; and in one second out of 30 everybody
/// is refused without being counted.
struct EmulatedShop: ProviderModel {
  private static let epoch: Int64 = 30
  private static let busyOneIn: UInt64 = 30

  private let most: Rate
  private let seed: UInt64
  private var windows: ScopedLimiter<PenalisedLimiter<ServerWindow>>
  private var random: SplitMix64
  /// The first arrival: what is drawn belongs to a time since then, so it repeats from run to run.
  private var begin: Instant?

  init(_ options: ProviderOptions) {
    most = options.allow ?? Rate(allow: 10, per: .seconds(1))
    seed = options.seed
    random = SplitMix64(seed: options.seed)
    let window = ServerWindow(rate: most, rejectsCount: options.rejectsCount)
    windows = ScopedLimiter(
      PenalisedLimiter(
        window, penalty: options.penalty, rejectsCount: options.rejectsCount))
  }

  func credential(of request: EmulatedRequest) -> String? {
    request.shopToken ?? request.bearerToken
  }

  func account(of request: EmulatedRequest, label: String?) -> String? { request.accountField }

  mutating func answer(to request: EmulatedRequest, at moment: ArrivalMoment) -> ProviderAnswer {
    guard let token = credential(of: request) else {
      return ProviderAnswer(401, [], body(105_001, "Access token is invalid."))
    }
    let second = second(of: moment.now)
    if draw(second, "platform") % Self.busyOneIn == 0 { return refusal("platform") }
    let endpoint = "\(request.method) \(request.path)"
    let allowance = allowance(of: endpoint, in: second / Self.epoch)
    let verdict = windows.update(
      "\(token)\n\(request.accountField ?? "")\n\(endpoint)", at: moment.now
    ) { window in
      window.limiter.resize(to: allowance)
      return window.arrive(at: moment.now, taking: moment.work)
    }
    return verdict.isAccepted ? ProviderAnswer(200, [], body(0, "Success")) : refusal("qps")
  }

  private mutating func refusal(_ limit: String) -> ProviderAnswer {
    ProviderAnswer(429, [], body(429, "Too many requests. Please try again later."), limit: limit)
  }

  private mutating func body(_ code: Int, _ message: String) -> String {
    let id = Identifier.decimal(19, &random)
    return #"{"code":\#(code),"data":{},"message":"\#(message)","request_id":"\#(id)"}"#
  }

  private mutating func second(of now: Instant) -> Int64 {
    let begin = begin ?? now
    self.begin = begin
    return now.nanoseconds(since: begin) / 1_000_000_000
  }

  private func allowance(of endpoint: String, in epoch: Int64) -> Int {
    let percent = 60 + Int(draw(epoch, endpoint) % 41)
    return max(1, most.allow * percent / 100)
  }

  /// A number that follows from the seed, a time and a word alone.
  private func draw(_ time: Int64, _ word: String) -> UInt64 {
    var random = SplitMix64(
      seed: seed ^ UInt64(bitPattern: time) &* 0x9E37_79B9 ^ RequestBody(word).fingerprint)
    return random.next()
  }
}
