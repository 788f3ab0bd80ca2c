import Statistics
import Timekeeping

/// What became of a group of requests.
struct Tally {
  private(set) var requests = 0
  private(set) var sent = 0
  private var waits = WaitHistogram(longest: .seconds(366 * 86_400))
  private var longest = Duration.zero
  private var finish: Instant?

  mutating func arrived() { requests += 1 }

  mutating func granted(after wait: Duration) {
    sent += 1
    waits.record(wait)
    longest = max(longest, wait)
  }

  mutating func answered(at now: Instant) { finish = now }

  var result: PlanReport.Waits {
    PlanReport.Waits(
      requests: requests, sent: sent, p50: min(longest, waits.percentile(50)),
      p90: min(longest, waits.percentile(90)), p99: min(longest, waits.percentile(99)),
      longest: longest, finish: finish.map { $0 - Instant(nanoseconds: 0) })
  }
}
