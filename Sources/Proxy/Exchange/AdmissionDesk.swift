import Admission
import Events
import Feedback
import Policy
import Timekeeping

/// The thin shell around the engine: gives it the time, its timer, and the way back to who waits.
///
/// Every call settles what the engine decided for others before it returns.
final class AdmissionDesk {
  /// Where the engine's answer to a waiting exchange is left.
  final class Place {
    let ticket: TicketID
    fileprivate let point: WaitPoint
    fileprivate(set) var answer: Result<Grant, Refusal>?

    fileprivate init(_ ticket: TicketID, _ point: WaitPoint) {
      self.ticket = ticket
      self.point = point
    }
  }

  private let loop: EventLoop
  private let engine: AdmissionEngine
  private let notices: NoticeLog
  private var places: [TicketID: Place] = [:]
  private var early: [TicketID: Result<Grant, Refusal>] = [:]
  private var timer: Timer?
  private var clock: Timer?

  init(_ rulebook: Rulebook, on loop: EventLoop, notices: NoticeLog) {
    self.loop = loop
    self.notices = notices
    engine = AdmissionEngine(
      rulebook: rulebook, at: loop.now, wall: loop.wall, seed: UInt64.random(in: .min ... .max))
    timer = Timer(loop) { [unowned self] in
      engine.advance(to: loop.now)
      settle()
    }
    clock = Timer(loop) { [unowned self] in checkClock() }
    checkClock()
  }

  /// Requests that wait now.
  var waiting: Int { engine.waiting }

  /// Asks for leave to send.
  func admit(_ route: Route, patience: Duration?) -> Arrival {
    settling { engine.admit(route, patience: patience, at: $0) }
  }

  /// Keeps a place where the ticket's answer is left and `point` woken.
  func hold(_ ticket: TicketID, at point: WaitPoint) -> Place {
    let place = Place(ticket, point)
    place.answer = early.removeValue(forKey: ticket)
    places[ticket] = place
    return place
  }

  /// Gives the place up.
  func release(_ ticket: TicketID) { places[ticket] = nil }

  /// The caller left while it waited.
  func cancel(_ ticket: TicketID) { settling { engine.cancel(ticket, at: $0) } }

  /// The last byte of the request has reached the origin's system.
  func sent(_ ticket: TicketID) { settling { engine.sent(ticket, at: $0) } }

  /// The answer's head was read, and as much of its body as tells about limits.
  func responded(
    _ ticket: TicketID, _ reading: Reading, spent: [Spent], canReplay: Bool
  ) -> Verdict {
    settling {
      engine.responded(ticket, reading, spent: spent, canReplay: canReplay, at: $0)
    }
  }

  /// The answer's body ended.
  func finished(_ ticket: TicketID) { settling { engine.finished(ticket, at: $0) } }

  /// Nothing was sent.
  func unsent(_ ticket: TicketID) { settling { engine.unsent(ticket, at: $0) } }

  /// Something was sent and no whole answer came.
  func lost(_ ticket: TicketID) { settling { engine.lost(ticket, at: $0) } }

  /// The attempt ended without an answer; the request goes again if it may.
  func failed(
    _ ticket: TicketID, _ failure: Failure, isStale: Bool, canReplay: Bool
  ) -> Verdict {
    settling {
      engine.failed(ticket, failure, isStale: isStale, canReplay: canReplay, at: $0)
    }
  }

  /// The smallest round trip the network has shown to an API.
  func learn(roundTripFloor: Duration, api: Int) {
    settling { engine.learn(roundTripFloor: roundTripFloor, api: api, at: $0) }
  }

  /// Shuts an account of an API; false when there is no room to remember it.
  func close(account: String, api: Int) -> Bool {
    settling { engine.close(account: account, api: api, at: $0) }
  }

  /// Opens an account of an API; false when it was open.
  func open(account: String, api: Int) -> Bool {
    settling { engine.open(account: account, api: api, at: $0) }
  }

  /// A key of an API has another secret.
  func renewed(key: Int, api: Int) { settling { engine.renewed(key: key, api: api, at: $0) } }

  /// Refuses what still waits after `patience`, and everything that arrives from now on.
  func drain(patience: Duration) { settling { engine.drain(patience: patience, at: $0) } }

  /// By how much the oldest request that could go is overdue.
  func overdue() -> Duration { engine.overdue(at: loop.now) }

  /// The engine's values for `/stats`.
  func report() -> EngineReport { engine.report(at: loop.now) }

  /// What a request would meet if it came now.
  func explain(_ route: Route) -> Explanation { engine.explain(route, at: loop.now) }

  private func settling<R>(_ event: (Instant) -> R) -> R {
    defer { settle() }
    return event(loop.now)
  }

  private func settle() {
    for action in engine.takeActions() {
      switch action {
      case .grant(let grant): answer(grant.ticket, .success(grant))
      case .refuse(let ticket, let refusal): answer(ticket, .failure(refusal))
      case .notice(let notice): notices.write(notice, at: loop.now)
      }
    }
    // A timer set too early costs one idle call; moving it at every event costs more.
    if let due = engine.nextDeadline, due < timer?.deadline ?? .distantFuture { timer?.set(due) }
  }

  private func answer(_ ticket: TicketID, _ answer: Result<Grant, Refusal>) {
    if let place = places[ticket] {
      place.answer = answer
      place.point.resume()
    } else {
      // Decided between the call that made it wait and its `hold`.
      early[ticket] = answer
    }
  }

  private func checkClock() {
    engine.setWallClock(loop.wall, at: loop.now)
    settle()
    clock?.set(loop.now + .seconds(1))
  }
}
