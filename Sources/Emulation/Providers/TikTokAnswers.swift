import Seeding
import Timekeeping

/// The shapes of TikTok's answers: `data` and `error` with a code, a message and a log id.
struct TikTokAnswers: Sendable {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// A number of 19 digits that looks like one of TikTok's identifiers.
  mutating func identifier() -> String { Identifier.decimal(19, &random) }

  /// A number below `bound`.
  mutating func number(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

  /// The body of an error.
  mutating func refusal(_ code: String, _ message: String, _ wall: WallTime) -> String {
    #"{"error":{"code":"\#(code)","message":"\#(message)","log_id":"\#(logID(wall))"}}"#
  }

  /// The body of a success.
  mutating func success(_ data: String, _ wall: WallTime) -> String {
    #"{"data":\#(data),"error":{"code":"ok","message":"","log_id":"\#(logID(wall))"}}"#
  }

  /// The answer to a request whose token is missing.
  mutating func unauthorized(_ wall: WallTime) -> ProviderAnswer {
    let message = "The access token is invalid or not found in the request."
    return ProviderAnswer(401, [], refusal("access_token_invalid", message, wall))
  }

  /// The answer to a request that `limit` refused.
  mutating func exceeded(
    _ limit: String, _ fields: [(name: String, value: String)], _ wall: WallTime
  ) -> ProviderAnswer {
    let message = "The API rate limit was exceeded. Please try again later."
    return ProviderAnswer(
      429, fields, refusal("rate_limit_exceeded", message, wall), limit: limit)
  }

  /// What remains, and when: a place free again after a refusal, else the limit as new.
  static func fields(
    of verdict: Verdict, _ wall: WallTime
  ) -> [(name: String, value: String)] {
    let span = verdict.isAccepted ? verdict.untilClear : verdict.retryAfter
    return [
      ("X-RateLimit-Remaining", "\(verdict.remaining)"),
      ("X-RateLimit-Reset", "\((wall + span).roundedUpSecondsSinceEpoch)"),
    ]
  }

  /// The time to the second and 18 hexadecimal digits.
  private mutating func logID(_ wall: WallTime) -> String {
    let digits = ISODate.text(of: wall).prefix(19).filter(\.isNumber)
    return digits + Identifier.hexadecimal(18, &random).uppercased()
  }
}
