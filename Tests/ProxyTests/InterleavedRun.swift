import Admission
import Feedback
import Limits
import Policy
import Seeding
import Testing
import Timekeeping

@testable import Proxy

/// Several workers at one engine, in an order that follows from a seed: what one's event decides for
/// another lies in that one's mail until it looks.
final class InterleavedRun {
  private struct Station {
    var places = WaitingPlaces()
    var mail: [Action] = []
    /// Tickets whose callers wait here.
    var waiting: [TicketID] = []
    /// Tickets that were granted and are under way.
    var open: [TicketID] = []
  }

  static let allow = 3
  static let workers = 3

  private var shared: SharedEngine
  private var stations = Array(repeating: Station(), count: workers)
  private var random: SplitMix64
  private var now = Instant(nanoseconds: 1_000_000_000)
  private(set) var granted = 0
  /// Grants that found nobody.
  private(set) var lateGrants = 0

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    let limit = LimitRule(name: "few", scope: .api, kind: .concurrency(allow: Self.allow))
    let api = Api(
      name: "t", origin: Origin(isSecure: false, host: "t.test", port: 80), hosts: [],
      limits: [limit], lanes: [Lane(name: "other", maxWait: .seconds(5))])
    let listener = ListenRule(.tcp(host: "127.0.0.1", port: 1))
    shared = SharedEngine(
      AdmissionEngine(
        rulebook: Rulebook(proxies: [listener], admin: listener, apis: [api]), at: now,
        wall: WallTime(nanoseconds: 0), seed: seed),
      workers: Self.workers)
  }

  /// A step of a worker: somebody comes, leaves, is answered, or mail is read.
  func step() {
    let worker = Int(random.next() % UInt64(Self.workers))
    now = now.advanced(byNanoseconds: Int64(random.next() % 30_000_000))
    switch random.next() % 10 {
    case 0...2: arrive(at: worker)
    case 3: leave(worker)
    case 4...5: readMail(of: worker, atMost: 1)
    case 6...8: goOn(worker)
    default: tell(worker) { [now] in $0.advance(by: worker, to: now) }
    }
    // Who was answered may leave before he sees it.
    if random.next() % 2 == 0 { collect(worker) }
    #expect(stations.reduce(0) { $0 + $1.open.count } <= Self.allow)
  }

  /// Everybody leaves, all mail is read, and time passes: nothing may be left.
  func end() {
    while stations.contains(where: { !($0.waiting + $0.open).isEmpty || !$0.mail.isEmpty }) {
      for worker in stations.indices {
        while !stations[worker].waiting.isEmpty { leave(worker) }
        while !stations[worker].open.isEmpty { goOn(worker) }
        readMail(of: worker, atMost: .max)
      }
    }
    now = now + .seconds(3600)
    tell(0) { [now] in $0.advance(by: 0, to: now) }
  }

  /// What is wrong at the end, if anything is.
  var leftovers: [String] {
    let api = shared.engine.report(at: now).apis[0]
    var wrong: [String] = []
    if shared.engine.waiting > 0 { wrong.append("\(shared.engine.waiting) wait") }
    for bucket in api.limits[0].fullest where bucket.left < Self.allow {
      wrong.append("\(bucket.left) of \(Self.allow) are left")
    }
    for worker in stations.indices where stations[worker].places.count > 0 {
      wrong.append("worker \(worker) keeps \(stations[worker].places.count) places")
    }
    return wrong
  }

  private func tell<R>(_ worker: Int, _ event: (inout SharedEngine) -> R) -> R {
    settle(worker, event(&shared)) { _ in }
  }

  /// Does as `AdmissionDesk` does: first the place, then what was decided.
  private func settle<R>(_ worker: Int, _ result: R, _ expect: (R) -> Void) -> R {
    var aftermath = Aftermath()
    shared.settle(for: worker, &aftermath)
    for letter in aftermath.mail {
      #expect(letter.worker != worker)
      stations[letter.worker].mail += letter.actions
    }
    expect(result)
    for action in aftermath.actions { carryOut(action, at: worker) }
    return result
  }

  private func carryOut(_ action: Action, at worker: Int) {
    switch action {
    case .grant(let grant):
      guard !stations[worker].places.put(.success(grant), for: grant.ticket) else { return }
      lateGrants += 1
      tell(worker) { [now] in $0.engine.unsent(grant.ticket, at: now) }
    case .refuse(let ticket, let refusal):
      _ = stations[worker].places.put(.failure(refusal), for: ticket)
    case .notice: break
    }
  }

  private func readMail(of worker: Int, atMost count: Int) {
    let letters = stations[worker].mail.prefix(count)
    stations[worker].mail.removeFirst(letters.count)
    for action in letters { carryOut(action, at: worker) }
  }

  private func arrive(at worker: Int) {
    let route = Route(
      api: 0, lane: 0, account: "a\(random.next() % 4)", caller: "c\(random.next() % 3)",
      endpoint: "GET /", charges: [Charge(limit: 0)])
    let arrival = shared.admit(route, patience: nil, by: worker, at: now)
    _ = settle(worker, arrival) {
      if case .waiting(let ticket) = $0 { wait(for: ticket, at: worker) }
    }
    if case .granted(let grant) = arrival {
      granted += 1
      stations[worker].open.append(grant.ticket)
    }
  }

  private func wait(for ticket: TicketID, at worker: Int) {
    stations[worker].places.expect(ticket)
    stations[worker].waiting.append(ticket)
  }

  /// Takes what has come for those who wait.
  private func collect(_ worker: Int) {
    for ticket in stations[worker].waiting {
      guard let answer = stations[worker].places.hold(ticket, at: nil).answer else { continue }
      stations[worker].places.release(ticket)
      stations[worker].waiting.removeAll { $0 == ticket }
      guard case .success = answer else { continue }
      granted += 1
      stations[worker].open.append(ticket)
    }
  }

  private func leave(_ worker: Int) {
    guard !stations[worker].waiting.isEmpty else { return }
    let number = Int(random.next() % UInt64(stations[worker].waiting.count))
    let ticket = stations[worker].waiting.remove(at: number)
    switch stations[worker].places.leave(ticket) {
    case .cancelled: tell(worker) { [now] in $0.engine.cancel(ticket, at: now) }
    case .unsent: tell(worker) { [now] in $0.engine.unsent(ticket, at: now) }
    }
  }

  /// One that is under way is answered, fails and waits again, or is not sent at all.
  private func goOn(_ worker: Int) {
    guard let ticket = stations[worker].open.popLast() else { return }
    switch random.next() % 3 {
    case 0: tell(worker) { [now] in $0.engine.unsent(ticket, at: now) }
    case 1:
      let verdict = shared.engine.failed(
        ticket, .unsent, isStale: true, canReplay: true, at: now)
      _ = settle(worker, verdict) {
        if case .retry = $0 { wait(for: ticket, at: worker) }
      }
    default:
      tell(worker) { [now] in $0.engine.sent(ticket, at: now) }
      _ = tell(worker) { [now] in
        $0.engine.responded(ticket, .plain(status: 200), spent: [], canReplay: true, at: now)
      }
      tell(worker) { [now] in $0.engine.finished(ticket, at: now) }
    }
  }
}
