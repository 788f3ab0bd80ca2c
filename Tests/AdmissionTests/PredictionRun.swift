import Feedback
import Foundation
import Limits
import Policy
import Seeding
import Testing
import Timekeeping

@testable import Admission

/// Plays a scenario and compares what was foretold with what happened.
///
/// Of the refused every fourth has a twin at the same instant that waits for ever.
final class PredictionRun {
  private struct Expectation {
    var arrived: Instant
    var foretold: Instant
    var deadline: Instant
    var isTwin: Bool
  }

  let scenario: PredictionScenario
  let bench: Bench
  private var random: SplitMix64
  private var open: [TicketID: Expectation] = [:]
  private var refusals = 0
  private var blocks: [Int64]
  private var latestBlock = ms(0)
  private(set) var waiting: PredictionCount
  private(set) var refused: PredictionCount
  /// Refused although there was room clearly before the deadline.
  private(set) var wronglyRefused = 0
  /// Taken in, and not sent before the deadline.
  private(set) var expired = 0

  init(_ scenario: PredictionScenario, seed: UInt64) {
    self.scenario = scenario
    random = SplitMix64(seed: seed)
    waiting = PredictionCount(within: scenario.within)
    refused = PredictionCount(within: scenario.within)
    blocks = scenario.blocks
    bench = Bench(
      limits: scenario.limits, keys: scenario.keys,
      lanes: scenario.lanes
        ?? [Lane(name: "all", keys: Array(scenario.keys.indices), maxWait: .seconds(200_000))],
      queues: QueueBounds(perLane: 100_000, total: 100_000), seed: seed)
    bench.onGrant = { [unowned self] in granted($0) }
  }

  func run() {
    for source in scenario.sources {
      bench.at(ms(1)) { [self] in for _ in 0..<source.burst { ask(source, patience: nil) } }
      next(source)
    }
    bench.run(until: ms(scenario.seconds * 1000))
    // What could not meet its deadline was foretold wrongly, unless by little.
    for ticket in bench.refusals.keys {
      guard let one = open.removeValue(forKey: ticket), isCounted(one.arrived) else { continue }
      expired += 1
      waiting.add(
        foretold: (one.foretold - one.arrived).inSeconds,
        happened: (one.deadline - one.arrived).inSeconds + 1)
    }
  }

  /// Nobody foretells a block before it is laid.
  private func isCounted(_ arrived: Instant) -> Bool {
    arrived > ms(scenario.warmUp * 1000) && arrived > latestBlock
  }

  private func next(_ source: PredictionScenario.Source) {
    guard source.perMinute > 0 else { return }
    let wait = -log(max(1e-9, random.unit())) * 60 / source.perMinute
    bench.at(bench.now + .nanoseconds(Int64(wait * 1e9))) { [self] in
      ask(source, patience: source.patience.map(patience))
      next(source)
    }
  }

  private func patience(_ range: ClosedRange<Int64>) -> Duration {
    .seconds(Int64.random(in: range, using: &random))
  }

  private func ask(_ source: PredictionScenario.Source, patience: Duration?) {
    let caller = Int.random(in: 0..<source.callers, using: &random)
    let account = source.accounts == 0 ? nil : Int.random(in: 0..<source.accounts, using: &random)
    let route = bench.route(
      account.map { "\(source.lane)-\(caller)-\($0)" }, lane: source.lane,
      caller: "\(source.lane)-\(caller)", cost: source.cost)
    let arrived = bench.now
    let deadline = arrived + (patience ?? .seconds(1_000_000))
    switch bench.admit(route, patience: patience) {
    case .granted: break
    case .waiting(let ticket): expect(ticket, deadline: deadline)
    case .refused(let refusal):
      refusals += 1
      guard refusals % 4 == 0, case .waiting(let twin) = bench.admit(route) else { return }
      open[twin] = Expectation(
        arrived: arrived, foretold: arrived + refusal.retryAfter, deadline: deadline,
        isTwin: true)
    }
  }

  private func expect(_ ticket: TicketID, deadline: Instant) {
    guard let slot = bench.engine.tickets.find(ticket) else { return }
    open[ticket] = Expectation(
      arrived: bench.now, foretold: bench.engine.predictedStart(slot).start, deadline: deadline,
      isTwin: false)
  }

  private func granted(_ grant: Grant) {
    answer(grant)
    guard let one = open.removeValue(forKey: grant.ticket), isCounted(one.arrived) else { return }
    let foretold = (one.foretold - one.arrived).inSeconds
    let happened = (bench.now - one.arrived).inSeconds
    guard one.isTwin else { return waiting.add(foretold: foretold, happened: happened) }
    refused.add(foretold: foretold, happened: happened)
    let patience = (one.deadline - one.arrived).inSeconds
    if happened + max(1, happened * Double(scenario.within) / 100) < patience {
      wronglyRefused += 1
    }
  }

  private func answer(_ grant: Grant) {
    if let block = blocks.first, bench.now >= ms(block * 1000) {
      blocks.removeFirst()
      bench.at(bench.now + .milliseconds(100)) { [self] in
        latestBlock = bench.now
        bench.block(grant, .key, .seconds(30))
      }
      return
    }
    let span = Int64.random(in: scenario.roundTrip, using: &random)
    bench.answer(grant, after: .milliseconds(span))
  }
}
