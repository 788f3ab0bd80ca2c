import Admission
import HeapModule
import Policy
import Seeding
import Timekeeping

/// A workload sent through the proxy's own engine on virtual time.
///
/// The provider is taken to allow what the policy declares, so every answer is a good one. Only
/// what waits, is under way or arrives next is kept. The same inputs give the same report.
public struct Plan {
  /// The civil time at which a plan begins where nothing says so: 2026-01-01.
  public static let usualStart = WallTime(secondsSinceEpoch: 1_767_225_600)

  private enum Happening {
    case arrival(part: Int)
    case logged
    case answer(UnderWay)
  }

  private struct Event: Comparable {
    var time: Int64
    var order: Int
    var happening: Happening

    static func < (lhs: Event, rhs: Event) -> Bool {
      (lhs.time, lhs.order) < (rhs.time, rhs.order)
    }

    static func == (lhs: Event, rhs: Event) -> Bool { lhs.order == rhs.order }
  }

  /// A request that waits; `part` is one past the last for those of the log.
  private struct Asked {
    var route: Route
    var part: Int
  }

  private struct UnderWay {
    var ticket: TicketID
    var lane: Int
    var part: Int
    var held: [UseBook.Held]
  }

  private let rulebook: Rulebook
  private let workload: Workload
  private let router: PlannedRouter
  private let start: WallTime
  private let end: Int64
  private let logStart: WallTime
  private var log: AccessLog?
  private var logged: LoggedRequest?
  private var engine: PlannedEngine
  private var streams: [ArrivalStream]
  private var random: SplitMix64
  private var events = Heap<Event>()
  private var order = 0
  private var waiting: [TicketID: Asked] = [:]
  private var lanes: [Tally]
  private var firstLane: [Int] = []
  private var parts: [Tally]
  private var uses: UseBook
  private var refusals = RefusalBook()
  private var now = Instant(nanoseconds: 0)
  private var finish: Int64 = 0

  /// A plan of a workload; `log` gives the lines of its access log.
  public init(_ rulebook: Rulebook, _ workload: Workload, log: AccessLog? = nil) {
    self.rulebook = rulebook
    self.workload = workload
    self.log = log
    router = PlannedRouter(rulebook)
    logged = self.log?.next()
    let logStart = logged?.time ?? Plan.usualStart
    self.logStart = logStart
    start = workload.start ?? logStart
    let end = workload.duration?.wholeNanoseconds ?? .max
    self.end = end
    var seeds = SplitMix64(seed: workload.seed)
    engine = PlannedEngine(rulebook, wall: start, seed: seeds.next())
    random = SplitMix64(seed: seeds.next())
    streams = workload.parts.map { ArrivalStream($0.arrivals, until: end, seed: seeds.next()) }
    for api in rulebook.apis { firstLane.append((firstLane.last ?? 0) + api.lanes.count) }
    firstLane = [0] + firstLane.dropLast()
    lanes = Array(repeating: Tally(), count: rulebook.apis.reduce(0) { $0 + $1.lanes.count })
    parts = Array(repeating: Tally(), count: workload.parts.count + 1)
    uses = UseBook(rulebook, start: start)
  }

  /// Runs to the last answer.
  public mutating func run() -> PlanReport {
    for part in streams.indices { scheduleArrival(of: part) }
    scheduleLogged()
    while true {
      let due = engine.nextDeadline
      guard let event = events.min else {
        guard let due else { break }
        advance(to: due)
        continue
      }
      if let due, due.nanoseconds < event.time {
        advance(to: due)
      } else {
        events.removeMin()
        now = Instant(nanoseconds: event.time)
        handle(event.happening)
        decide()
      }
    }
    return report()
  }

  private mutating func advance(to due: Instant) {
    now = max(now, due)
    engine.advance(to: now)
    decide()
  }

  private mutating func push(_ happening: Happening, at time: Int64) {
    order += 1
    events.insert(Event(time: max(time, now.nanoseconds), order: order, happening: happening))
  }

  private mutating func scheduleArrival(of part: Int) {
    guard let time = streams[part].next() else { return }
    push(.arrival(part: part), at: time)
  }

  private mutating func scheduleLogged() {
    guard let logged else { return }
    let time = max(0, (logged.time - logStart).wholeNanoseconds)
    if time < end { push(.logged, at: time) }
  }

  private mutating func handle(_ happening: Happening) {
    switch happening {
    case .arrival(let part):
      let route = router.route(workload.parts[part], number: streams[part].number - 1)
      ask(Asked(route: route, part: part), patience: workload.parts[part].patience)
      scheduleArrival(of: part)
    case .logged:
      resend()
      logged = log?.next()
      scheduleLogged()
    case .answer(let answer):
      engine.answered(answer.ticket, at: now)
      uses.giveBack(answer.held, at: now)
      lanes[answer.lane].answered(at: now)
      parts[answer.part].answered(at: now)
      finish = now.nanoseconds
    }
  }

  private mutating func resend() {
    guard let logged else { return }
    do throws(LogFault) {
      let route = try router.route(logged, api: workload.log?.api)
      ask(Asked(route: route, part: workload.parts.count), patience: nil)
    } catch {
      log?.addBad(error.reason)
    }
  }

  private mutating func ask(_ asked: Asked, patience: Duration?) {
    lanes[lane(of: asked.route)].arrived()
    parts[asked.part].arrived()
    switch engine.admit(asked.route, patience: patience, at: now) {
    case .granted(let grant): send(asked, grant)
    case .waiting(let ticket): waiting[ticket] = asked
    case .refused(let refusal):
      refusals.add(refusal, api: asked.route.api, lane: asked.route.lane, at: now)
    }
  }

  private mutating func decide() {
    for decision in engine.takeDecisions() {
      switch decision {
      case .granted(let grant):
        if let asked = waiting.removeValue(forKey: grant.ticket) { send(asked, grant) }
      case .refused(let ticket, let refusal):
        guard let asked = waiting.removeValue(forKey: ticket) else { continue }
        refusals.add(refusal, api: asked.route.api, lane: asked.route.lane, at: now)
      }
    }
  }

  private mutating func send(_ asked: Asked, _ grant: Grant) {
    let lane = lane(of: asked.route)
    lanes[lane].granted(after: grant.waited)
    parts[asked.part].granted(after: grant.waited)
    let service =
      asked.part < workload.parts.count
      ? workload.parts[asked.part].service : workload.log?.service ?? .usual
    let held = uses.take(asked.route, key: grant.key, at: now)
    engine.sent(grant.ticket, at: now)
    push(
      .answer(UnderWay(ticket: grant.ticket, lane: lane, part: asked.part, held: held)),
      at: now.nanoseconds.clampedAdding(service.draw(&random)))
  }

  private func lane(of route: Route) -> Int { firstLane[route.api] + route.lane }
}

extension Plan {
  private func report() -> PlanReport {
    var laneResults: [PlanReport.LaneResult] = []
    for (number, api) in rulebook.apis.enumerated() {
      for (index, lane) in api.lanes.enumerated() {
        let tally = lanes[firstLane[number] + index]
        guard tally.requests > 0 else { continue }
        laneResults.append(
          PlanReport.LaneResult(api: api.name, lane: lane.name, waits: tally.result))
      }
    }
    var names = workload.parts.map(\.name)
    if log != nil { names.append("access-log") }
    return PlanReport(
      start: start, finish: .nanoseconds(finish),
      requests: parts.reduce(0) { $0 + $1.requests }, sent: parts.reduce(0) { $0 + $1.sent },
      lanes: laneResults,
      parts: zip(names, parts).map { PlanReport.PartResult(name: $0, waits: $1.result) },
      limits: uses.report(rulebook.apis, elapsed: finish),
      refusals: refusals.report(rulebook.apis),
      log: log.map {
        PlanReport.LogReading(lines: $0.lines, badLines: $0.badLines, firstBad: $0.firstBad)
      })
  }
}
