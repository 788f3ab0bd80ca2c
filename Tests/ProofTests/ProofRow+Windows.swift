import Limits
import Timekeeping

/// Windows that are counted from the answer.
extension ProofRow {
  static let second: Int64 = 1_000_000_000

  /// Drift, the tick of the provider's clock and the skew of its nodes, as the paper has it.
  static func slack(of seconds: Int64) -> Int64 {
    seconds < 10 ? 3_000_000 * seconds : max(30_000_000, seconds * 250_000)
  }

  /// Rule T1: each slot cycles in hold + window + slack, so `U = W / (W + E[hold] + eps)`.
  static func held(
    _ name: String, _ allow: Int, per seconds: Int64,
    _ kind: @escaping @Sendable (Rate) -> LimitKind,
    _ upstream: @escaping @Sendable (Int64, UInt64, Bool) -> any Upstream
  ) -> ProofRow {
    let window = seconds * second
    return ProofRow(
      name: "\(name), \(allow) in \(seconds) s",
      limits: { _ in limit(kind(Rate(allow: allow, per: .seconds(seconds)))) },
      upstream: { _, draw, counts in upstream(window, draw, counts) },
      allow: allow, per: window, lag: allow, settling: seconds >= 10 ? .horizon : .answer,
      fixed: window + slack(of: seconds), callers: allow + 8,
      expected: { outcome, _ in
        let used = share(window, outcome, fixed: window + slack(of: seconds))
        return used...used
      })
  }

  static func slidingLog(_ allow: Int, per seconds: Int64) -> ProofRow {
    held("sliding log", allow, per: seconds, { .slidingWindow(rate: $0) }) { window, _, counts in
      SlidingLog(allow: allow, window: window, countsRejected: counts)
    }
  }

  static let windows = [
    slidingLog(50, per: 1), slidingLog(20, per: 10), slidingLog(60, per: 60),
    slidingLog(60, per: 3_600),
    held("fixed window anywhere", 60, per: 60, { .fixedWindow(rate: $0, start: .anywhere) }) {
      AlignedWindow(
        allow: 60, window: $0, offset: Int64($1 % UInt64($0)), countsRejected: $2)
    },
    firstHit(20, per: 10), firstHit(60, per: 60),
  ]

  /// The window ends `W + eps` after the answer that proves its start: between one full round trip
  /// per window and none.
  static func firstHit(_ allow: Int, per seconds: Int64) -> ProofRow {
    var row = held(
      "window from first hit", allow, per: seconds,
      { .fixedWindow(rate: $0, start: .firstRequest) },
      { window, _, counts in
        FirstHitWindow(allow: allow, window: window, countsRejected: counts)
      })
    row.expected = { outcome, model in
      let window = seconds * second
      // What is in flight when a window ends is charged to the next as well.
      let carried = model.isSlow ? 0.8 : 1
      let least = share(window, outcome, fixed: window + slack(of: seconds))
      return (least * carried)...(Double(window) / Double(window + slack(of: seconds)))
    }
    return row
  }
}
