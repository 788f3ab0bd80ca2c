import Limits
import Timekeeping

/// TikTok's Research API (seeds/tiktok-limits-2026.txt): 1,000 requests and 100,000 records a day,
/// both anew at 00:00 UTC.
///
/// Only the answer tells how many records a request took: up to its `max_count` of 1 to 100, 20
/// when it names none, and no more than the day has left. A day without records left refuses.
struct EmulatedResearch: ProviderModel {
  private static let counts = 1...100
  private static let usualCount = 20

  private var stack: LimitStack
  private var records = ScopedLimiter(
    ServerFixedWindow(rate: Rate(allow: 100_000, per: .day), alignment: .clock))
  private var answers: TikTokAnswers

  init(_ options: ProviderOptions) {
    answers = TikTokAnswers(seed: options.seed)
    stack = LimitStack(rejectsCount: options.rejectsCount, penalty: options.penalty)
    let rate = options.allow ?? Rate(allow: 1000, per: .day)
    stack.add("requests", ServerFixedWindow(rate: rate, alignment: .clock), on: .wall)
  }

  func credential(of request: EmulatedRequest) -> String? { request.bearerToken }

  func account(of request: EmulatedRequest, label: String?) -> String? { request.accountField }

  mutating func answer(to request: EmulatedRequest, at moment: ArrivalMoment) -> ProviderAnswer {
    let wall = moment.wall
    guard let token = request.bearerToken else { return answers.unauthorized(wall) }
    let outcome = stack.count([LimitCharge("requests", token)], at: moment)
    if let (limit, verdict) = outcome.refusal {
      return answers.exceeded(limit, TikTokAnswers.fields(of: verdict, wall), wall)
    }
    let fields = outcome.verdict(of: "requests").map { TikTokAnswers.fields(of: $0, wall) } ?? []
    let most = request.body.number(of: "max_count") ?? Self.usualCount
    guard Self.counts.contains(most) else {
      let message = "max_count \(most) is out of range, allowed: 1 to 100"
      return ProviderAnswer(400, fields, answers.refusal("invalid_params", message, wall))
    }
    let found = answers.number(below: most) + 1
    let (count, verdict) = records.update(token, at: moment.wallInstant) {
      $0.spend(upTo: found, at: moment.wallInstant)
    }
    guard verdict.isAccepted else {
      return answers.exceeded("records", TikTokAnswers.fields(of: verdict, wall), wall)
    }
    let videos = (0..<count).map { _ in #"{"id":\#(answers.identifier())}"# }
    let data =
      #"{"videos":[\#(videos.joined(separator: ","))],"cursor":\#(count),"#
      + #""has_more":\#(count == most)}"#
    return ProviderAnswer(200, fields, answers.success(data, wall))
  }
}
