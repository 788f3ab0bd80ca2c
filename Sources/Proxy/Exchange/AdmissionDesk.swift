import Admission
import Events
import Feedback
import Policy
import Timekeeping

/// A worker's way to the engine: gives it the time, a timer, and the way back to who waits here.
///
/// Every call settles what the engine decided for others before it returns.
final class AdmissionDesk {
  private let shared: SharedAdmission
  private let worker: Int
  private let loop: EventLoop
  private let notices: NoticeLog
  private var places = WaitingPlaces()
  private var timer: Timer?
  private var clock: Timer?

  /// The desk of a worker; the first also tells the engine of steps of the wall clock.
  init(
    _ shared: SharedAdmission, worker: Int = 0, on loop: EventLoop, notices: NoticeLog
  ) {
    self.shared = shared
    self.worker = worker
    self.loop = loop
    self.notices = notices
    timer = Timer(loop) { [unowned self] in
      var aftermath = Aftermath()
      shared.advance(by: worker, to: loop.now, &aftermath)
      settle(aftermath)
    }
    shared.mailbox(of: worker)?.open(on: loop) { [unowned self] in carryOut($0) }
    guard worker == 0 else { return }
    clock = Timer(loop) { [unowned self] in checkClock() }
    checkClock()
  }

  /// Requests that wait now, of all workers.
  var waiting: Int { shared.read { $0.waiting } }

  /// Asks for leave to send.
  func admit(_ route: Route, patience: Duration?) -> Arrival {
    var aftermath = Aftermath()
    let arrival = shared.admit(route, patience: patience, by: worker, at: loop.now, &aftermath)
    if case .waiting(let ticket) = arrival { places.expect(ticket) }
    settle(aftermath)
    return arrival
  }

  /// The place where the ticket's answer is left and `point` woken.
  func hold(_ ticket: TicketID, at point: WaitPoint) -> Place {
    places.hold(ticket, at: point)
  }

  /// Gives the place up.
  func release(_ ticket: TicketID) { places.release(ticket) }

  /// The caller left while it waited.
  func cancel(_ ticket: TicketID) {
    switch places.leave(ticket) {
    case .cancelled: settling { $0.cancel(ticket, at: $1) }
    case .unsent: unsent(ticket)
    }
  }

  /// The last byte of the request has reached the origin's system.
  func sent(_ ticket: TicketID) { settling { $0.sent(ticket, at: $1) } }

  /// The answer's head was read, and as much of its body as tells about limits.
  func responded(
    _ ticket: TicketID, _ reading: Reading, spent: [Spent], canReplay: Bool
  ) -> Verdict {
    var aftermath = Aftermath()
    let verdict = shared.responded(
      ticket, reading, spent: spent, canReplay: canReplay, by: worker, at: loop.now, &aftermath)
    conclude(verdict, of: ticket, aftermath)
    return verdict
  }

  /// The answer's body ended.
  func finished(_ ticket: TicketID) { settling { $0.finished(ticket, at: $1) } }

  /// Nothing was sent.
  func unsent(_ ticket: TicketID) { settling { $0.unsent(ticket, at: $1) } }

  /// Something was sent and no whole answer came.
  func lost(_ ticket: TicketID) { settling { $0.lost(ticket, at: $1) } }

  /// The attempt ended without an answer; the request goes again if it may.
  func failed(
    _ ticket: TicketID, _ failure: Failure, isStale: Bool, canReplay: Bool
  ) -> Verdict {
    let now = loop.now
    var aftermath = Aftermath()
    let verdict = shared.call(by: worker, &aftermath) {
      $0.failed(ticket, failure, isStale: isStale, canReplay: canReplay, at: now)
    }
    conclude(verdict, of: ticket, aftermath)
    return verdict
  }

  /// The smallest round trip the network has shown to an API.
  func learn(roundTripFloor: Duration, api: Int) {
    settling { $0.learn(roundTripFloor: roundTripFloor, api: api, at: $1) }
  }

  /// Shuts an account of an API; false when there is no room to remember it.
  func close(account: String, api: Int) -> Bool {
    settling { $0.close(account: account, api: api, at: $1) }
  }

  /// Opens an account of an API; false when it was open.
  func open(account: String, api: Int) -> Bool {
    settling { $0.open(account: account, api: api, at: $1) }
  }

  /// A key of an API has another secret.
  func renewed(key: Int, api: Int) { settling { $0.renewed(key: key, api: api, at: $1) } }

  /// Refuses what still waits after `patience`, and everything that arrives from now on.
  func drain(patience: Duration) { settling { $0.drain(patience: patience, at: $1) } }

  /// By how much the oldest request that could go is overdue.
  func overdue() -> Duration {
    let now = loop.now
    return shared.read { $0.overdue(at: now) }
  }

  /// The engine's values for `/stats`.
  func report() -> EngineReport {
    let now = loop.now
    return shared.read { $0.report(at: now) }
  }

  /// What a request would meet if it came now.
  func explain(_ route: Route) -> Explanation {
    let now = loop.now
    return shared.read { $0.explain(route, at: now) }
  }

  private func settling<R: Sendable>(
    _ event: @Sendable (AdmissionEngine, Instant) -> R
  ) -> R {
    let now = loop.now
    var aftermath = Aftermath()
    let result = shared.call(by: worker, &aftermath) { event($0, now) }
    settle(aftermath)
    return result
  }

  /// A ticket that waits again has its place before anything is decided of it.
  private func conclude(_ verdict: Verdict, of ticket: TicketID, _ aftermath: Aftermath) {
    if case .retry = verdict { places.expect(ticket) }
    guard aftermath.refusesOthers else { return settle(aftermath) }
    // An answer that fails its batch is kept when this returns: before they read it who are refused.
    let (shared, mail) = (self.shared, aftermath.mail)
    Task(executorPreference: loop) { shared.post(mail) }
    settle(Aftermath(actions: aftermath.actions, alarm: aftermath.alarm))
  }

  private func settle(_ aftermath: Aftermath) {
    if !aftermath.mail.isEmpty { shared.post(aftermath.mail) }
    for action in aftermath.actions { carryOut(action) }
    guard let due = aftermath.alarm, due < timer?.deadline ?? .distantFuture else { return }
    timer?.set(due)
  }

  private func carryOut(_ action: Action) {
    switch action {
    case .grant(let grant): answer(grant.ticket, .success(grant))
    case .refuse(let ticket, let refusal): answer(ticket, .failure(refusal))
    case .notice(let notice): notices.write(notice, at: loop.now)
    }
  }

  private func answer(_ ticket: TicketID, _ answer: Result<Grant, Refusal>) {
    // A grant that was on its way from another worker when the caller left is given back.
    if !places.put(answer, for: ticket), case .success = answer { unsent(ticket) }
  }

  private func checkClock() {
    let wall = loop.wall
    settling { $0.setWallClock(wall, at: $1) }
    clock?.set(loop.now + .seconds(1))
  }
}
