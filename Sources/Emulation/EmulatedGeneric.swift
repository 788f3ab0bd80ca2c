import Limits
import Timekeeping

/// A strict provider that says little: a sliding window a key, and `Retry-After`.
struct EmulatedGeneric: ProviderModel {
  private var windows: ScopedLimiter<ServerWindow>

  init(allow: Rate?, rejectsCount: Bool) {
    let rate = allow ?? Rate(allow: 60, per: .seconds(60))
    windows = ScopedLimiter(ServerWindow(rate: rate, rejectsCount: rejectsCount))
  }

  func credential(of request: EmulatedRequest) -> String? {
    request.authorization ?? request.apiKey
  }

  func account(of request: EmulatedRequest, label: String?) -> String? { request.accountField }

  mutating func answer(
    to request: EmulatedRequest, at now: Instant, wall: WallTime
  ) -> ProviderAnswer {
    // All requests without a credential share one window; a real credential is never empty.
    let verdict = windows.arrive(in: credential(of: request) ?? "", at: now)
    guard !verdict.isAccepted else { return ProviderAnswer(200, [], #"{"ok":true}"#) }
    let seconds = verdict.retryAfter.roundedUpSeconds
    return ProviderAnswer(
      429, [("Retry-After", "\(seconds)")],
      #"{"error":{"code":"rate_limited","message":"Too many requests.","#
        + #""retry_after":\#(seconds)}}"#)
  }
}
