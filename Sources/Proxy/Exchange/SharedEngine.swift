import Admission
import Policy
import Timekeeping

/// The engine with what says which worker its decisions are for; behind `SharedAdmission`'s lock.
struct SharedEngine: ~Copyable {
  let engine: AdmissionEngine
  private let workers: Int
  /// The worker of each ticket, by its slot in the engine; empty with one worker.
  private var holders: [UInt8] = []
  /// The ticket that came last, and whose its slot was before: the refusal of the one before may be
  /// among what its own arrival has decided.
  private var newest: (ticket: TicketID, former: UInt8)?
  /// The earliest deadline that a timer is set for, and whose timer that is.
  private var alarm = Instant.distantFuture
  private var alarmed = 0

  init(_ engine: sending AdmissionEngine, workers: Int) {
    self.engine = engine
    self.workers = workers
  }

  /// Asks the engine, and remembers whose ticket it is: until it is gone, over all attempts.
  mutating func admit(
    _ route: Route, patience: Duration?, by worker: Int, at now: Instant
  ) -> Arrival {
    let arrival = engine.admit(route, patience: patience, at: now)
    guard workers > 1 else { return arrival }
    switch arrival {
    case .granted(let grant): note(grant.ticket, of: worker)
    case .waiting(let ticket): note(ticket, of: worker)
    case .refused: break
    }
    return arrival
  }

  /// Does what is due at `now`; the timer of `worker` is no longer set.
  mutating func advance(by worker: Int, to now: Instant) {
    if alarmed == worker { alarm = .distantFuture }
    engine.advance(to: now)
  }

  /// Takes what an event of `worker` has decided, and when it must set its timer.
  mutating func settle(for worker: Int, _ aftermath: inout Aftermath) {
    let actions = engine.takeActions()
    if !actions.isEmpty { sort(actions, for: worker, &aftermath) }
    // A timer that is set too early costs one idle call; moving it at every event costs more.
    guard let due = engine.nextDeadline(before: alarm) else { return }
    alarm = due
    alarmed = worker
    aftermath.alarm = due
  }

  /// Parts the decisions for the requests of one worker from those for others'.
  private func sort(_ actions: [Action], for worker: Int, _ aftermath: inout Aftermath) {
    guard workers > 1 else {
      aftermath.actions = actions
      return
    }
    for action in actions {
      let holder =
        switch action {
        case .grant(let grant): holder(of: grant.ticket)
        case .refuse(let ticket, _): holder(of: ticket)
        case .notice: worker
        }
      if holder == worker {
        aftermath.actions.append(action)
      } else if let place = aftermath.mail.firstIndex(where: { $0.worker == holder }) {
        aftermath.mail[place].actions.append(action)
      } else {
        aftermath.mail.append(Aftermath.Mail(worker: holder, actions: [action]))
      }
    }
  }

  private mutating func note(_ ticket: TicketID, of worker: Int) {
    let slot = SharedEngine.slot(of: ticket)
    while holders.count <= slot { holders.append(0) }
    newest = (ticket, holders[slot])
    holders[slot] = UInt8(truncatingIfNeeded: worker)
  }

  private func holder(of ticket: TicketID) -> Int {
    let slot = SharedEngine.slot(of: ticket)
    if let newest, newest.ticket != ticket, SharedEngine.slot(of: newest.ticket) == slot {
      return Int(newest.former)
    }
    return slot < holders.count ? Int(holders[slot]) : 0
  }

  private static func slot(of ticket: TicketID) -> Int { Int(ticket.rawValue & 0xFFFF_FFFF) }
}
