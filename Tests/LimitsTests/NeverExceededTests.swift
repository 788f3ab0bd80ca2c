import Limits
import Seeding
import Testing
import Timekeeping

/// A saturated client against an exact upstream.
struct Scenario: Sendable, CustomStringConvertible {
  var kind: LimitKind
  var delays: Delays
  var countsRejected: Bool
  var requests: Int
  var seed: UInt64

  var description: String {
    "\(kind) \(delays) counted=\(countsRejected) requests=\(requests) seed=\(seed)"
  }

  struct Outcome {
    var rejected = 0
    var accepted = 0
    var elapsed: Int64 = 0
    var meanRoundTrip = 0.0
  }

  func run() -> Outcome {
    var random = SplitMix64(seed: seed)
    var upstream = UpstreamModel(kind, countsRejected: countsRejected)
    var state = LimitState(kind, at: Instant(nanoseconds: 0), wall: WallTime(nanoseconds: 0))
    var events = EventHeap()
    var outcome = Outcome()
    var now: Int64 = 0
    var sent = 0
    var roundTrips = 0.0
    while true {
      var wake = Int64.max
      sending: while sent < requests {
        let here = Instant(nanoseconds: now)
        switch state.availability(cost: 1, at: here) {
        case .now:
          state.take(cost: 1, at: here)
          sent += 1
          let arrival = now + delays.draw(&random)
          let isLost = delays == .lost && random.unit() < 0.005
          // A lost request is closed after 10 s, and settled when the horizon has passed.
          let response = isLost ? now + 15_000_000_000 : arrival + delays.draw(&random)
          roundTrips += Double(response - now)
          events.push(arrival, 0)
          events.push(response, 1)
        case .at(let instant):
          wake = instant.nanoseconds
          break sending
        case .afterResponse, .never: break sending
        }
      }
      if events.isEmpty && wake == .max { break }
      if wake < events.nextTime {
        now = wake
        continue
      }
      let event = events.pop()
      now = event.time
      if event.what == 1 {
        state.settle(cost: 1, .response(late: false), at: Instant(nanoseconds: now))
      } else if upstream.accepts(at: now) {
        outcome.accepted += 1
        outcome.elapsed = now
      } else {
        outcome.rejected += 1
      }
    }
    outcome.meanRoundTrip = roundTrips / Double(max(1, sent))
    return outcome
  }
}

@Suite struct NeverExceededTests {
  static let kinds: [LimitKind] = [
    .tokenBucket(rate: perMinute(120), burst: 120),
    .slidingWindow(rate: Rate(allow: 50, per: .seconds(5))),
    .slidingWindow(rate: perMinute(600)),
    .slidingWindow(rate: perMinute(6)),
  ]

  static var scenarios: [Scenario] {
    var all: [Scenario] = []
    for (index, kind) in kinds.enumerated() {
      for delays in Delays.allCases {
        for countsRejected in [false, true] {
          all.append(
            Scenario(
              kind: kind, delays: delays, countsRejected: countsRejected,
              requests: delays == .uniform && countsRejected ? 100_000 : 12_000,
              seed: UInt64(1000 + index)))
        }
      }
    }
    return all
  }

  @Test(arguments: scenarios)
  func `The provider never refuses, and the allowance is used`(scenario: Scenario) {
    let outcome = scenario.run()
    #expect(outcome.rejected == 0, "\(scenario)")
    #expect(outcome.accepted == scenario.requests, "\(scenario)")
    guard scenario.delays != .lost else { return }
    let elapsed = Double(outcome.elapsed)
    switch scenario.kind {
    case .tokenBucket(let rate, let burst):
      let possible = elapsed * Double(rate.allow) / Double(rate.per.wholeNanoseconds)
      let used = Double(outcome.accepted - burst) / possible
      #expect(used >= 0.995, "\(scenario): \(used)")
    case .slidingWindow(let rate):
      let window = Double(rate.per.wholeNanoseconds)
      let used = Double(outcome.accepted) / (elapsed * Double(rate.allow) / window)
      let slack = window >= 10e9 ? 30e6 : 15e6
      let formula = window / (window + outcome.meanRoundTrip + slack)
      #expect(used >= formula - 0.005, "\(scenario): \(used) of \(formula)")
    default: Issue.record("unexpected kind")
    }
  }

  @Test func `The oracle notices a client that paces by send time`() {
    // Settling at the send is the mistake the hold rule avoids: the model must catch it.
    var random = SplitMix64(seed: 7)
    var upstream = UpstreamModel(.slidingWindow(rate: perMinute(6)), countsRejected: false)
    var arrivals: [Int64] = []
    for index in 0..<2_000 {
      let sent = Int64(index / 6) * 60_000_000_000
      arrivals.append(sent + Delays.uniform.draw(&random))
    }
    var rejected = 0
    for arrival in arrivals.sorted() where !upstream.accepts(at: arrival) { rejected += 1 }
    #expect(rejected > 100)
  }
}
