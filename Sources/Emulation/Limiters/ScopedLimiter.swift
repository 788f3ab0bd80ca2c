import Timekeeping

/// One limiter for each key, account, endpoint, ...: equal at first, kept while they matter.
///
/// Bounded: at `capacity` the idle ones are forgotten, which changes no answer. When none is idle,
/// newcomers share one limiter, so that the bound never lets more through than the limit allows.
public struct ScopedLimiter<Limiter: UpstreamLimiter>: Sendable {
  /// Scopes remembered at most.
  public let capacity: Int
  private let fresh: Limiter
  private var limiters: [String: Limiter] = [:]
  private var overflow: Limiter
  private var nextSweep = Instant(nanoseconds: .min)
  /// Sweeps look at every scope; under a flood of new scopes they happen this seldom.
  private let sweepInterval: Duration = .seconds(1)

  /// Limiters that all begin as `fresh`.
  public init(_ fresh: Limiter, capacity: Int = 100_000) {
    self.fresh = fresh
    self.capacity = max(1, capacity)
    overflow = fresh
  }

  /// How many scopes are remembered.
  public var count: Int { limiters.count }

  /// Counts one arrival in `scope` that the provider will work on for `span`.
  public mutating func arrive(
    in scope: String, at now: Instant, taking span: Duration = .zero
  ) -> Verdict {
    update(scope, at: now) { $0.arrive(at: now, taking: span) }
  }

  /// Gives the limiter of `scope` to `body`.
  mutating func update<Result>(
    _ scope: String, at now: Instant, _ body: (inout Limiter) -> Result
  ) -> Result {
    if let index = limiters.index(forKey: scope) { return body(&limiters.values[index]) }
    if limiters.count >= capacity, now >= nextSweep {
      limiters = limiters.filter { !$0.value.isIdle(at: now) }
      nextSweep = now + sweepInterval
    }
    guard limiters.count < capacity else { return body(&overflow) }
    var limiter = fresh
    defer { limiters[scope] = limiter }
    return body(&limiter)
  }
}
