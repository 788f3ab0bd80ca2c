import Admission
import Limits
import Seeding
import Timekeeping

/// Callers that ask again as soon as they are answered, an engine, and a provider, on virtual time.
///
/// There are always more callers than the limit lets send: the limit alone decides the pace.
struct ClosedLoop {
  private struct Flight {
    var ticket: TicketID
    var caller: Int32
    var sent: Int64
    var written: Int64
    var trip: Trip
  }

  private let row: ProofRow
  private let model: DelayModel
  private let seed: UInt64
  private let target: Int
  private let driver: EngineDriver
  private var upstream: any Upstream
  private var random: SplitMix64
  private var heap = EventHeap()
  private var flights = ContiguousArray<Flight>()
  private var free: [Int32] = []
  private var horizon = ArrivalHorizon()
  private var outcome = Outcome()
  private var now: Int64 = 0
  private var holds = 0.0
  private var lates = 0.0
  private var settled = 0

  init(row: ProofRow, model: DelayModel, countsRejected: Bool, requests: Int, seed: UInt64) {
    self.row = row
    self.model = model
    self.seed = seed
    // Whole cycles, so that the measured span begins and ends at the same place of one.
    target = row.skip + (max(2 * row.lag, requests - row.skip) / row.lag) * row.lag
    driver = EngineDriver(
      limits: row.limits(model), callers: row.callers,
      wall: WallTime(secondsSinceEpoch: row.wall), seed: seed)
    random = SplitMix64(seed: seed)
    upstream = row.upstream(model, random.next(), countsRejected)
    outcome.sends.reserveCapacity(target)
  }

  mutating func run() -> Outcome {
    for caller in 0..<row.callers { driver.ask(Int32(caller), at: 0) }
    launch()
    var stuck = 0
    while outcome.sends.count < target {
      let due = driver.nextDeadline
      let next = max(due, now)
      let wake = due == .max ? .max : next + model.stall(at: next, seed: seed)
      if heap.nextTime > wake {
        stuck = wake > now ? 0 : stuck + 1
        now = wake
        driver.advance(to: now)
      } else if let event = heap.pop() {
        stuck = 0
        now = max(now, event.time)
        handle(event)
      } else {
        stuck = .max
      }
      if stuck > 100_000 {
        outcome.isWedged = true
        break
      }
      launch()
    }
    // What is on its way still arrives.
    while let event = heap.pop() {
      now = max(now, event.time)
      if event.kind == .arrival || event.kind == .end { handle(event) }
    }
    outcome.refusals = driver.refusals.prefix(3).map { "\($0)" }
    outcome.meanHold = holds / Double(max(1, settled))
    outcome.meanLate = lates / Double(max(1, settled))
    return outcome
  }

  private mutating func launch() {
    for grant in driver.takeGrants() where outcome.sends.count < target {
      let trip = model.draw(&random)
      let flight = Flight(
        ticket: grant.ticket, caller: grant.caller, sent: now, written: now + trip.written,
        trip: trip)
      let slot = free.popLast() ?? Int32(flights.count)
      if Int(slot) == flights.count { flights.append(flight) } else { flights[Int(slot)] = flight }
      outcome.sends.append(now)
      heap.push(flight.written, .written, slot)
      if trip.arrives { heap.push(now + trip.arrival, .arrival, slot) }
      if row.handling > 0 && trip.arrives {
        heap.push(now + trip.arrival + row.handling, .end, slot)
      }
      if trip.isAnswered {
        heap.push(now + trip.arrival + row.handling + trip.down, .answer, slot)
      } else {
        heap.push(now + DelayModel.patience, .loss, slot)
      }
    }
  }

  private mutating func handle(_ event: EventHeap.Event) {
    let flight = flights[Int(event.flight)]
    switch event.kind {
    case .arrival:
      let time = clock(of: now)
      guard !upstream.accepts(at: time) else { return }
      outcome.violations += 1
      if outcome.first == nil {
        outcome.first = Outcome.Violation(instant: time, evidence: upstream.evidence)
      }
    case .end: upstream.ends(at: clock(of: now))
    case .written, .answer, .loss:
      // The event loop must run to notice.
      let pause = model.stall(at: now, seed: seed)
      guard pause == 0 else { return heap.push(now + pause, event.kind, event.flight) }
      notice(event.kind, flight, event.flight)
    }
  }

  private mutating func notice(_ kind: EventHeap.Kind, _ flight: Flight, _ slot: Int32) {
    if kind == .written {
      flights[Int(slot)].written = now
      return driver.written(flight.ticket, at: now)
    }
    measure(flight, isAnswered: kind == .answer)
    if kind == .answer {
      driver.answered(flight.ticket, at: now)
    } else {
      driver.lost(flight.ticket, at: now)
    }
    free.append(slot)
    driver.ask(flight.caller, at: now)
  }

  /// How long the request held its slot before that began to run out.
  private mutating func measure(_ flight: Flight, isAnswered: Bool) {
    let known = horizon.span
    var end = isAnswered ? now : now + horizon.spanAfterLoss
    if row.settling == .horizon, let known { end = min(end, flight.written + known) }
    if row.settling == .send { end = flight.sent }
    if isAnswered { horizon.learn(roundTrip: now - flight.sent) }
    holds += Double(end - flight.sent)
    lates += Double(model.stall(at: end + row.fixed, seed: seed))
    settled += 1
  }

  /// The provider's clock at one of ours.
  private func clock(of time: Int64) -> Int64 {
    guard let doubt = row.doubt else { return time + time / 1_000_000 * model.drift }
    let wall = row.wall * 1_000_000_000 + time
    guard model.drift != 0, doubt > 0 else { return wall }
    // It drifts until it is corrected, from one end of the doubt to the other.
    let swing = 2 * doubt / 200 * 1_000_000
    let phase = time % (2 * swing)
    let ahead = (phase < swing ? phase : 2 * swing - phase) / 1_000_000 * 200 - doubt
    return wall + (model.drift > 0 ? ahead : -ahead)
  }
}
