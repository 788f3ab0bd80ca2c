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
    fileprivate let point: WaitPoint
    fileprivate(set) var answer: Action?

    fileprivate init(_ point: WaitPoint) { self.point = point }
  }

  private let loop: EventLoop
  private let engine: AdmissionEngine
  private var places: [TicketID: Place] = [:]
  private var early: [TicketID: Action] = [:]
  private var timer: Timer?
  private var clock: Timer?

  init(_ rulebook: Rulebook, on loop: EventLoop) {
    self.loop = loop
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
    let place = Place(point)
    place.answer = early.removeValue(forKey: ticket)
    places[ticket] = place
    return place
  }

  /// Gives the place up.
  func release(_ ticket: TicketID) { places[ticket] = nil }

  /// The caller left while it waited.
  func cancel(_ ticket: TicketID) { settling { engine.cancel(ticket, at: $0) } }

  /// The last byte of the request was written.
  func sent(_ ticket: TicketID) { settling { engine.sent(ticket, at: $0) } }

  /// The answer's head was read.
  func responded(_ ticket: TicketID, _ signal: Signal?, canReplay: Bool) -> Verdict {
    settling { engine.responded(ticket, signal: signal, canReplay: canReplay, at: $0) }
  }

  /// The answer's body ended.
  func finished(_ ticket: TicketID) { settling { engine.finished(ticket, at: $0) } }

  /// Nothing was sent.
  func unsent(_ ticket: TicketID) { settling { engine.unsent(ticket, at: $0) } }

  /// Something was sent and no whole answer came.
  func lost(_ ticket: TicketID) { settling { engine.lost(ticket, at: $0) } }

  /// Nothing was sent; the request goes again.
  func retryUnsent(_ ticket: TicketID) -> Verdict {
    settling { engine.retryUnsent(ticket, at: $0) }
  }

  /// No answer came; the request is one that may be sent twice and goes again.
  func retryUnanswered(_ ticket: TicketID, canReplay: Bool) -> Verdict {
    settling { engine.retryUnanswered(ticket, canReplay: canReplay, at: $0) }
  }

  /// Refuses what still waits after `patience`, and everything that arrives from now on.
  func drain(patience: Duration) { settling { engine.drain(patience: patience, at: $0) } }

  /// By how much the oldest request that could go is overdue.
  func overdue() -> Duration { engine.overdue(at: loop.now) }

  /// The engine's values for `/stats`.
  func report() -> EngineReport { engine.report(at: loop.now) }

  private func settling<R>(_ event: (Instant) -> R) -> R {
    defer { settle() }
    return event(loop.now)
  }

  private func settle() {
    for action in engine.takeActions() {
      let ticket =
        switch action {
        case .grant(let grant): grant.ticket
        case .refuse(let ticket, _): ticket
        }
      if let place = places[ticket] {
        place.answer = action
        place.point.wake()
      } else {
        // Decided between the call that made it wait and its `hold`.
        early[ticket] = action
      }
    }
    // A timer set too early costs one idle call; moving it at every event costs more.
    if let due = engine.nextDeadline, due < timer?.deadline ?? .distantFuture { timer?.set(due) }
  }

  private func checkClock() {
    engine.setWallClock(loop.wall, at: loop.now)
    settle()
    clock?.set(loop.now + .seconds(1))
  }
}
