import Limits
import Timekeeping

/// A limit of the generic provider.
public struct StrictLimit: Hashable, Sendable {
  /// How it counts.
  public enum Kind: Hashable, Sendable {
    /// A bucket as large as the rate's number, that refills continuously.
    case tokenBucket(Rate)
    /// At most the rate in every span, wherever it begins.
    case slidingWindow(Rate)
    /// A counter that starts anew with each aligned span of civil time.
    case fixedWindow(Rate)
    /// A counter that starts anew with the first request after its span.
    case firstHitWindow(Rate)
    /// An approximation of a sliding window by two counters.
    case twoCounterWindow(Rate)
    /// So many requests at work at once.
    case concurrency(Int)
    /// So many requests in a day of UTC.
    case day(Int)
  }

  /// Whose requests it counts together.
  public enum Scope: String, CaseIterable, Hashable, Sendable {
    /// Those of one credential.
    case key
    /// Those of one account.
    case account
    /// Those of one method and path.
    case endpoint
    /// All of them.
    case all
  }

  /// How the log names it when it refuses.
  public let name: String
  /// How it counts.
  public let kind: Kind
  /// Whose requests it counts together.
  public let scope: Scope

  /// A limit.
  public init(name: String, kind: Kind, scope: Scope = .key) {
    self.name = name
    self.kind = kind
    self.scope = scope
  }

  /// The clock its windows follow.
  var clock: LimitStack.Clock {
    switch kind {
    case .fixedWindow, .twoCounterWindow, .day: .wall
    case .tokenBucket, .slidingWindow, .firstHitWindow, .concurrency: .monotonic
    }
  }

  /// A limiter with nothing counted.
  func limiter(rejectsCount: Bool) -> any UpstreamLimiter {
    switch kind {
    case .tokenBucket(let rate):
      ServerBucket(rate: rate, burst: rate.allow, rejectsCount: rejectsCount)
    case .slidingWindow(let rate): ServerWindow(rate: rate, rejectsCount: rejectsCount)
    case .fixedWindow(let rate): ServerFixedWindow(rate: rate, alignment: .clock)
    case .firstHitWindow(let rate): ServerFixedWindow(rate: rate, alignment: .firstHit)
    case .twoCounterWindow(let rate):
      ServerTwoCounterWindow(rate: rate, rejectsCount: rejectsCount)
    case .concurrency(let count): ServerConcurrency(allow: count)
    case .day(let count):
      ServerFixedWindow(rate: Rate(allow: count, per: .day), alignment: .clock)
    }
  }

  /// Which of its limiters counts `request`.
  func scope(of request: EmulatedRequest, credential: String?) -> String {
    switch scope {
    case .key: credential ?? ""
    case .account: request.accountField ?? ""
    case .endpoint: "\(request.method) \(request.path)"
    case .all: ""
    }
  }
}

extension Duration {
  /// 24 hours: days of civil time without leap seconds are equally long.
  static let day = Duration.seconds(86_400)
}
