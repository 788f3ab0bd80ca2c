import Seeding
import Timekeeping

@testable import Limits

/// A saturated client that reads the provider's counters, alone or with others on the same limit.
struct ClampScenario: Sendable, CustomStringConvertible {
  var kind: LimitKind
  /// The provider's algorithm where it is another.
  var provider: LimitKind?
  var delays: Delays
  var requests: Int
  var seed: UInt64
  /// Units others take at once, every `foreignEvery` nanoseconds.
  var foreignBurst = 0
  var foreignEvery: Int64 = 30_000_000_000
  var reads = true
  /// With a load below 1, when requests come: so far apart on average, in nanoseconds.
  var interval: Int64 = 0

  var description: String {
    "\(kind) at \(provider ?? kind) \(delays) foreign=\(foreignBurst) reads=\(reads) seed=\(seed)"
  }

  struct Outcome {
    var rejected = 0
    var raised = 0
    var lowered = 0
    /// How often the local count was above the provider's room.
    var above = 0
    var elapsed: Int64 = 0
    var sent = 0
  }

  private struct Run {
    var bucket: Bucket
    var upstream: UpstreamModel
    var random: SplitMix64
    var events = EventHeap()
    var outcome = Outcome()
    var now: Int64 = 0
    var travelling = 0
    var resumes: Int64 = 0
    var sentAt: [Int64] = []
    var stated: [Int] = []
  }

  func run() -> Outcome {
    let state = LimitState(kind, at: ms(0), wall: WallTime(secondsSinceEpoch: 0))
    var run = Run(
      bucket: Bucket(state: state),
      upstream: UpstreamModel(provider ?? kind, countsRejected: false),
      random: SplitMix64(seed: seed))
    run.bucket.track(at: ms(0))
    if foreignBurst > 0 { run.events.push(foreignEvery / 2, -1) }
    while true {
      let wake = send(&run)
      let isDone = run.sentAt.count == requests && run.travelling == 0
      if isDone && run.events.nextTime - run.now > 2_000_000_000 { break }
      // A client that waits for a response where none is under way is wedged.
      if run.events.isEmpty && wake == .max { break }
      if wake < run.events.nextTime {
        run.now = wake
        continue
      }
      let event = run.events.pop()
      run.now = event.time
      handle(event.what, &run)
    }
    run.outcome.sent = run.sentAt.count
    return run.outcome
  }

  private func handle(_ what: Int, _ run: inout Run) {
    if what < 0 {
      for _ in 0..<foreignBurst { _ = run.upstream.accepts(at: run.now) }
      if run.sentAt.count < requests { run.events.push(run.now + foreignEvery, -1) }
    } else if what.isMultiple(of: 2) {
      run.travelling -= 1
      if !run.upstream.accepts(at: run.now) { run.outcome.rejected += 1 }
      run.stated[what / 2] = run.upstream.remaining(at: run.now)
    } else {
      answer(what / 2, &run)
    }
  }

  private func answer(_ index: Int, _ run: inout Run) {
    let now = Instant(nanoseconds: run.now)
    let settlesFirst = index.isMultiple(of: 2)
    let settlement = Settlement.response(late: false, credit: delays.floor)
    if settlesFirst { run.bucket.settle(cost: 1, settlement, at: now) }
    if reads {
      let sent = Instant(nanoseconds: run.sentAt[index])
      let seen = Observation(remaining: run.stated[index])
      switch run.bucket.observe(seen, sent: sent, taken: 1, at: now) {
      case .raised: run.outcome.raised += 1
      case .lowered: run.outcome.lowered += 1
      default: break
      }
    }
    if !settlesFirst { run.bucket.settle(cost: 1, settlement, at: now) }
    let room = run.upstream.remaining(at: run.now) - run.travelling
    if run.bucket.room(at: now) > max(0, room) { run.outcome.above += 1 }
  }

  private func send(_ run: inout Run) -> Int64 {
    while run.sentAt.count < requests {
      if run.resumes > run.now { return run.resumes }
      let here = Instant(nanoseconds: run.now)
      switch run.bucket.availability(cost: 1, at: here) {
      case .now:
        run.bucket.take(cost: 1, token: 1, at: here)
        run.resumes += Int64(2 * run.random.unit() * Double(interval))
        let index = run.sentAt.count
        run.sentAt.append(run.now)
        run.stated.append(0)
        run.travelling += 1
        run.outcome.elapsed = run.now
        let arrival = run.now + delays.draw(&run.random)
        run.events.push(arrival, 2 * index)
        run.events.push(arrival + delays.draw(&run.random), 2 * index + 1)
      case .at(let instant): return instant.nanoseconds
      case .afterResponse, .never: return .max
      }
    }
    return .max
  }
}
