import Limits
import Timekeeping

/// Quotas of civil time, windows of known alignment, and what is under way.
extension ProofRow {
  /// 2026-10-24T12:00:00Z, the day before one of 25 hours in Paris.
  static let october: Int64 = 1_792_843_200
  static let midnights = (
    utc: CivilDays.midnights(zone: "UTC", after: october, count: 12_000),
    paris: CivilDays.midnights(zone: "Europe/Paris", after: october, count: 12_000)
  )

  /// The budget is spent at once, far from the boundaries: `U = 1`.
  static func day(_ name: String, _ zone: Zone, pace: Pace) -> ProofRow {
    ProofRow(
      name: "daily quota, 100 in \(name)\(pace == .even ? ", evenly" : "")",
      limits: { _ in limit(.calendar(allow: 100, zone: zone), pace: pace) },
      upstream: { _, _, counts in
        let starts = zone == .utc ? midnights.utc : midnights.paris
        return CivilDays(allow: 100, midnights: starts, countsRejected: counts)
      },
      allow: 100, per: 86_400 * second, skip: 100, lag: 100, wall: october,
      doubt: 400_000_000, callers: 110,
      // Evenly spread, those around midnight are charged to both days.
      expected: { _, _ in pace == .even ? 0.97...1 : 1...1 })
  }

  /// `U = 1` too: the boundaries fall in idle time.
  static func alignedWindow(pace: Pace) -> ProofRow {
    ProofRow(
      name: "fixed window, 60 in 60 s from :07\(pace == .even ? ", evenly" : "")",
      limits: { _ in
        let start = WindowStart.aligned(offset: .seconds(7), delta: .milliseconds(500))
        return limit(
          .fixedWindow(rate: Rate(allow: 60, per: .seconds(60)), start: start), pace: pace)
      },
      upstream: { _, _, counts in
        AlignedWindow(
          allow: 60, window: 60 * second, offset: 7 * second, countsRejected: counts)
      },
      allow: 60, per: 60 * second, skip: 60, lag: 60, wall: october, doubt: 500_000_000,
      callers: 140, expected: { _, _ in pace == .even ? 0.8...1 : 1...1 })
  }

  /// A semaphore from the send to 20 ms after the end: `U = P / (P + E[RTT] + 20 ms)`; what has no
  /// answer is held for a time of its own.
  static let concurrency = ProofRow(
    name: "concurrency, 8 of 300 ms",
    limits: { _ in limit(.concurrency(allow: 8, hold: .seconds(20))) },
    upstream: { _, _, _ in InFlight(allow: 8) },
    allow: 8, per: 300_000_000, lag: 8, fixed: 20_000_000, handling: 300_000_000, callers: 16,
    expected: { outcome, model in
      let used = share(300_000_000, outcome, fixed: 20_000_000)
      return (model == .lost ? 0.5 * used : used)...used
    })

  /// Whatever an unknown limiter turns out to be: T1 and spacing, `U` as for a sliding log.
  static func unknown(
    _ name: String, _ upstream: @escaping @Sendable (Int64, UInt64, Bool) -> any Upstream
  ) -> ProofRow {
    var row = held("unknown, in truth \(name)", 60, per: 60, { .unknown(rate: $0) }, upstream)
    row.expected = { outcome, model in
      let used = share(60 * second, outcome, fixed: 60 * second + slack(of: 60))
      // What a stall or a late slot delays is made up for only in the tenth the spacing leaves.
      let isLate = model.isSlow || model == .stalls || model == .reordering
      return (isLate ? 0.97 * used : used)...used
    }
    return row
  }

  static let rest = [
    day("UTC", .utc, pace: .free), day("UTC", .utc, pace: .even),
    day("Paris", paris, pace: .free), day("Paris", paris, pace: .even),
    alignedWindow(pace: .free), alignedWindow(pace: .even), concurrency,
    unknown("a sliding log") { SlidingLog(allow: 60, window: $0, countsRejected: $2) },
    unknown("a fixed window") {
      AlignedWindow(
        allow: 60, window: $0, offset: Int64($1 % UInt64($0)), countsRejected: $2)
    },
    unknown("a token bucket") {
      LeakyMeter(allow: 60, burst: 60, window: $0, countsRejected: $2)
    },
  ]

  /// Every row, or those `PENSTOCK_ROW` asks for.
  static let all = (windows + buckets + rest).filter { row in
    ProofScale.row.map { row.name.contains($0) } ?? true
  }
}
