import Limits
import Timekeeping

/// A strict provider that says little: limits of any kind, and `Retry-After`.
struct EmulatedGeneric: ProviderModel {
  private static let main = "window"

  private let limits: [StrictLimit]
  private var stack: LimitStack

  init(_ options: ProviderOptions) {
    stack = LimitStack(rejectsCount: options.rejectsCount, penalty: options.penalty)
    var limits = options.limits
    // Limits of its own replace the usual one, unless that is asked for too.
    if limits.isEmpty || options.allow != nil {
      let rate = options.allow ?? Rate(allow: 60, per: .seconds(60))
      limits.insert(StrictLimit(name: Self.main, kind: .slidingWindow(rate)), at: 0)
    }
    for limit in limits {
      stack.add(
        limit.name, limit.limiter(rejectsCount: options.rejectsCount), on: limit.clock)
    }
    self.limits = limits
  }

  func credential(of request: EmulatedRequest) -> String? {
    request.authorization ?? request.apiKey
  }

  func account(of request: EmulatedRequest, label: String?) -> String? { request.accountField }

  mutating func answer(to request: EmulatedRequest, at moment: ArrivalMoment) -> ProviderAnswer {
    // All requests without a credential share one limiter; a real credential is never empty.
    let key = credential(of: request)
    let charges = limits.map { LimitCharge($0.name, $0.scope(of: request, credential: key)) }
    guard let refusal = stack.count(charges, at: moment).refusal else {
      return ProviderAnswer(200, [], #"{"ok":true}"#)
    }
    let seconds = refusal.verdict.retryAfter.roundedUpSeconds
    return ProviderAnswer(
      429, [("Retry-After", "\(seconds)")],
      #"{"error":{"code":"rate_limited","message":"Too many requests.","#
        + #""retry_after":\#(seconds)}}"#, limit: refusal.limit)
  }
}
