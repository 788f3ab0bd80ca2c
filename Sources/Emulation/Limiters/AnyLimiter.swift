import Timekeeping

/// A limiter of any kind.
struct AnyLimiter: UpstreamLimiter {
  private var limiter: any UpstreamLimiter

  init(_ limiter: any UpstreamLimiter) { self.limiter = limiter }

  mutating func arrive(at now: Instant, taking span: Duration) -> Verdict {
    limiter.arrive(at: now, taking: span)
  }

  func isIdle(at now: Instant) -> Bool { limiter.isIdle(at: now) }
}
