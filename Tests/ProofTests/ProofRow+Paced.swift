import Limits
import Timekeeping

/// Buckets and spacing.
extension ProofRow {
  /// Rule T4, `B >= R * RTT + 1`: nothing is lost but the slack against drift, so `U = 1`.
  static let tokenBucket = ProofRow(
    name: "token bucket, 120 a minute, burst 120",
    limits: { _ in
      limit(.tokenBucket(rate: Rate(allow: 120, per: .seconds(60)), burst: 120))
    },
    upstream: { _, _, counts in
      LeakyMeter(allow: 120, burst: 120, window: 60 * second, countsRejected: counts)
    },
    allow: 120, per: 60 * second, skip: 120, lag: 10, callers: 160,
    expected: { _, _ in 1...1 })

  /// Rule T6: a burst below `R * RTT` with the spread of the way stated, so `U = 1` while the
  /// spread refills fewer than the burst; else rule T4 alone, whose use has no formula.
  static let smallBurst = ProofRow(
    name: "token bucket, 50 a second, burst 5, spread stated",
    limits: {
      limit(
        .tokenBucket(
          rate: Rate(allow: 50, per: .seconds(1)), burst: 5, spread: .nanoseconds($0.spread)))
    },
    upstream: { _, _, counts in
      LeakyMeter(allow: 50, burst: 5, window: second, countsRejected: counts)
    },
    allow: 50, per: second, skip: 5, lag: 10, callers: 400,
    expected: { _, model in model.spread < 80_000_000 ? 1...1 : 0.05...1 })

  /// Rule T4 with a burst of 1 degenerates to "next at response + T": `U = T / (T + E[hold])`.
  static let strictBucket = ProofRow(
    name: "GCRA, 2 a second, burst 1",
    limits: { _ in
      limit(.tokenBucket(rate: Rate(allow: 2, per: .seconds(1)), burst: 1))
    },
    upstream: { _, _, counts in
      LeakyMeter(allow: 2, burst: 1, window: second, countsRejected: counts)
    },
    allow: 2, per: second, lag: 1, settling: .horizon, fixed: second / 2, callers: 8,
    expected: { outcome, _ in
      let used = share(second / 2, outcome, fixed: second / 2)
      return used...used
    })

  /// Spacing from the answer: `U = T / (T + E[hold])`.
  static func spacing(_ seconds: Int64) -> ProofRow {
    let every = seconds * second
    return ProofRow(
      name: "strict spacing, \(seconds) s",
      limits: { _ in limit(.spacing(every: .seconds(seconds))) },
      upstream: { _, _, counts in
        LeakyMeter(allow: 1, burst: 1, window: every, countsRejected: counts)
      },
      allow: 1, per: every, lag: 1, settling: .horizon, fixed: every, callers: 8,
      expected: { outcome, _ in
        let used = share(every, outcome, fixed: every)
        return used...used
      })
  }

  /// Spacing from the send with the spread of the way added: `U = T / (T + J)`.
  static let shortSpacing = ProofRow(
    name: "strict spacing, 500 ms, spread stated",
    limits: { model in
      limit(.spacing(every: .milliseconds(500), spread: .nanoseconds(model.spread)))
    },
    upstream: { _, _, counts in
      LeakyMeter(allow: 2, burst: 1, window: second, countsRejected: counts)
    },
    allow: 2, per: second, lag: 1, settling: .send, callers: 40,
    expected: { _, model in paced(second / 2, every: second / 2 + model.spread, model) })

  /// Even pacing at `(N - 2) / (W + 2 J)`: `U = (N - 2) / N * W / (W + 2 J)`.
  static let twoCounters = ProofRow(
    name: "two-counter window, 100 in 60 s",
    limits: { model in
      limit(
        .twoCounterWindow(
          rate: Rate(allow: 100, per: .seconds(60)), spread: .nanoseconds(model.spread)))
    },
    upstream: { _, draw, counts in
      TwoCounters(
        allow: 100, window: 60 * second, offset: Int64(draw % UInt64(60 * second)),
        countsRejected: counts)
    },
    allow: 100, per: 60 * second, lag: 10, settling: .send, callers: 40,
    expected: { _, model in
      paced(60 * second / 100, every: (60 * second + 2 * model.spread) / 98, model)
    })

  /// One send each `every`; a stall delays the one that falls into it by half the stall, and what
  /// was missed is not made up for.
  static func paced(_ ideal: Int64, every: Int64, _ model: DelayModel) -> ClosedRange<Double> {
    let used = Double(ideal) / Double(every)
    return (used * (1 - model.stalledShare))...used
  }

  static let buckets = [
    tokenBucket, smallBurst, strictBucket, spacing(2), spacing(3_600), shortSpacing, twoCounters,
  ]
}
