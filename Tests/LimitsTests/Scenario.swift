import Limits
import Seeding
import Timekeeping

/// A client, saturated or not, against an exact upstream.
struct Scenario: Sendable, CustomStringConvertible {
  var kind: LimitKind
  var delays: Delays
  var countsRejected: Bool
  var requests: Int
  var seed: UInt64
  var pace = Pace.free
  /// The provider's clock is so far ahead, in nanoseconds.
  var skew: Int64 = 0
  /// Whether the client pauses now and then, for up to this many nanoseconds.
  var pause: Int64 = 0
  /// How much faster the provider's clock runs, in millionths.
  var drift: Int64 = 0

  var description: String {
    "\(kind) \(pace) \(delays) counted=\(countsRejected) skew=\(skew) pause=\(pause) "
      + "drift=\(drift) requests=\(requests) seed=\(seed)"
  }

  struct Outcome {
    var rejected = 0
    var accepted = 0
    /// When the last request was sent.
    var elapsed: Int64 = 0
    var meanRoundTrip = 0.0
  }

  private struct Run {
    var state: LimitState
    var upstream: UpstreamModel
    var random: SplitMix64
    var events = EventHeap()
    var outcome = Outcome()
    var now: Int64 = 0
    var sent = 0
    var resumes: Int64 = 0
    var roundTrips = 0.0
  }

  func run() -> Outcome {
    let origin = Instant(nanoseconds: 0)
    let wall = WallTime(secondsSinceEpoch: 0)
    var run = Run(
      state: LimitState(kind, pace: pace, at: origin, wall: wall),
      upstream: UpstreamModel(kind, countsRejected: countsRejected, skew: skew),
      random: SplitMix64(seed: seed))
    while true {
      let wake = send(&run)
      if run.events.isEmpty && wake == .max { break }
      if wake < run.events.nextTime {
        run.now = wake
        continue
      }
      let event = run.events.pop()
      run.now = event.time
      if event.what == 1 {
        let settlement = Settlement.response(late: false, credit: delays.floor)
        run.state.settle(cost: 1, settlement, at: Instant(nanoseconds: run.now))
      } else if run.upstream.accepts(at: run.now + run.now / 1_000_000 * drift) {
        run.outcome.accepted += 1
      } else {
        run.outcome.rejected += 1
      }
    }
    run.outcome.meanRoundTrip = run.roundTrips / Double(max(1, run.sent))
    return run.outcome
  }

  /// Sends what may go, and says when to try again.
  private func send(_ run: inout Run) -> Int64 {
    while run.sent < requests {
      if run.resumes > run.now { return run.resumes }
      let here = Instant(nanoseconds: run.now)
      switch run.state.availability(cost: 1, at: here) {
      case .now:
        run.state.take(cost: 1, at: here)
        run.sent += 1
        run.outcome.elapsed = run.now
        let arrival = run.now + delays.draw(&run.random)
        let isLost = delays == .lost && run.random.unit() < 0.005
        // A lost request is closed after 10 s, and settled when the horizon has passed.
        let response = isLost ? run.now + 15_000_000_000 : arrival + delays.draw(&run.random)
        run.roundTrips += Double(response - run.now)
        run.events.push(arrival, 0)
        run.events.push(response, 1)
        if pause > 0, run.random.unit() < 0.2 {
          run.resumes = run.now + Int64(run.random.unit() * Double(pause))
        }
      case .at(let instant): return instant.nanoseconds
      case .afterResponse, .never: return .max
      }
    }
    return .max
  }
}
