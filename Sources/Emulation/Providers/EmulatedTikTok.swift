import Limits
import Seeding
import Timekeeping

/// TikTok v2 (seeds/tiktok-limits-2026.txt, tiktok-429.txt): sliding windows of the app and
/// endpoint, of the user's token for posts and their status, a daily cap of the account.
///
/// All tokens belong to one app here. A limit that refuses ends the count: a post is counted by its
/// token's window, its endpoint's, its account's day. Where the documents give no figure these are
/// the emulator's: 50 requests of the app in 250 ms are a spike, a limit that was exceeded is shut
/// for 5 s at least, and longer for those who hammer.
struct EmulatedTikTok: ProviderModel {
  private static let minute: Duration = .seconds(60)
  private static let penalty: Duration = .seconds(5)
  private static let spike = Rate(allow: 50, per: .milliseconds(250))
  /// What the fields tell of: the documents name these limits, and no others.
  private static let told = ["publish", "status", "endpoint"]
  private static let caps = 15...25

  private let dailyCap: Int?
  private let seed: UInt64
  private var stack: LimitStack
  private var days = ScopedLimiter(
    ServerFixedWindow(
      rate: Rate(allow: EmulatedTikTok.caps.upperBound, per: .day), alignment: .clock))
  private var answers: TikTokAnswers

  init(_ options: ProviderOptions) {
    dailyCap = options.dailyCap
    seed = options.seed
    answers = TikTokAnswers(seed: options.seed)
    stack = LimitStack(
      rejectsCount: options.rejectsCount, penalty: options.penalty ?? Self.penalty)
    let windows = [
      ("spikes", Self.spike), ("publish", Rate(allow: 6, per: Self.minute)),
      ("status", Rate(allow: 30, per: Self.minute)),
      ("endpoint", options.allow ?? Rate(allow: 600, per: Self.minute)),
    ]
    for (name, rate) in windows {
      stack.add(name, ServerWindow(rate: rate, rejectsCount: options.rejectsCount))
    }
  }

  func credential(of request: EmulatedRequest) -> String? { request.bearerToken }

  /// The user whose token it is, unless the request says whose: tokens of several clients may
  /// belong to one user.
  func account(of request: EmulatedRequest, label: String?) -> String? {
    request.accountField ?? label
  }

  mutating func answer(to request: EmulatedRequest, at moment: ArrivalMoment) -> ProviderAnswer {
    let wall = moment.wall
    guard let token = request.bearerToken else { return answers.unauthorized(wall) }
    let action = Action(of: request)
    var charges = [LimitCharge("spikes", "")]
    if let limit = action.limit { charges.append(LimitCharge(limit, token)) }
    charges.append(LimitCharge("endpoint", request.path))
    let outcome = stack.count(charges, at: moment)
    if let (limit, verdict) = outcome.refusal {
      return answers.exceeded(limit, TikTokAnswers.fields(of: verdict, wall), wall)
    }
    let fields = outcome.scarcest(of: Self.told).map { TikTokAnswers.fields(of: $0, wall) } ?? []
    if action == .post, !postsToday(request.accountField ?? token, at: moment) {
      let message = "The daily post cap from the API is reached for the current user."
      let body = answers.refusal("spam_risk_too_many_posts", message, wall)
      return ProviderAnswer(403, fields, body, limit: "day")
    }
    let id = answers.identifier()
    let data = action == .post ? #"{"publish_id":"v_pub_url~v2.\#(id)"}"# : #"{"id":"\#(id)"}"#
    return ProviderAnswer(200, fields, answers.success(data, wall))
  }

  /// Counts a post of `account`; whether its day had room for it.
  private mutating func postsToday(_ account: String, at moment: ArrivalMoment) -> Bool {
    let cap = dailyCap ?? Self.cap(of: account, seed: seed)
    return days.update(account, at: moment.wallInstant) { day in
      day.resize(to: cap)
      return day.arrive(at: moment.wallInstant).isAccepted
    }
  }

  /// Drawn once for an account: nobody outside knows why.
  private static func cap(of account: String, seed: UInt64) -> Int {
    var random = SplitMix64(seed: seed ^ RequestBody(account).fingerprint)
    return Int.random(in: caps, using: &random)
  }
}

extension EmulatedTikTok {
  /// What a request does, as far as limits go.
  private enum Action {
    case post, status, other

    init(of request: EmulatedRequest) {
      let path = request.path + "/"
      guard request.method == "POST", path.hasPrefix("/v2/post/publish/") else {
        self = .other
        return
      }
      switch true {
      case path.hasPrefix("/v2/post/publish/status/"): self = .status
      case path.hasPrefix("/v2/post/publish/creator_info/"): self = .other
      default: self = .post
      }
    }

    /// The limit of the token it counts against.
    var limit: String? {
      switch self {
      case .post: "publish"
      case .status: "status"
      case .other: nil
      }
    }
  }
}
