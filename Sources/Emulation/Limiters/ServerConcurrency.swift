import Timekeeping

/// At most so many requests at work at once (limits-science.md, 3.6).
///
/// A request is at work from its arrival until its answer is ready. A refused one is answered
/// without work and never counts.
public struct ServerConcurrency: UpstreamLimiter {
  private let allow: Int
  /// When the requests at work end, in order; at most `allow` of them.
  private var ends: [Instant] = []
  private var latest = Instant(nanoseconds: .min)

  /// Nothing at work.
  ///
  /// - Precondition: `allow` is at least 1.
  public init(allow: Int) {
    precondition(allow >= 1, "somebody must be able to work, not \(allow)")
    self.allow = allow
  }

  /// Counts one arrival.
  public mutating func arrive(at now: Instant, taking span: Duration) -> Verdict {
    latest = max(latest, now)
    ends.removeFirst(ends.prefix { $0 <= latest }.count)
    let isAccepted = ends.count < allow
    if isAccepted {
      let end = latest + span
      ends.insert(end, at: ends.lastIndex { $0 <= end }.map { $0 + 1 } ?? 0)
    }
    return Verdict(
      isAccepted: isAccepted, remaining: allow - ends.count,
      retryAfter: ends.count < allow ? .zero : (ends.first ?? latest) - latest,
      untilClear: (ends.last ?? latest) - latest)
  }

  /// Whether nothing is at work.
  public func isIdle(at now: Instant) -> Bool { ends.allSatisfy { $0 <= max(latest, now) } }
}
