import Admission
import Events
import Feedback
import Policy
import Timekeeping

/// The engine that all workers ask, one after the other.
///
/// What an event of one worker decides for a request of another is posted to that one's mailbox.
/// One of the workers has set its timer for the engine's next deadline: who saw it first.
final class SharedAdmission: Sendable {
  private let state: Guarded<SharedEngine>
  /// One for each worker; none with one worker.
  private let mailboxes: [Mailbox<Action>]

  /// The engine for as many workers; `wall` is the civil time at `now`.
  ///
  /// - Throws: `IOFailure` when the system gives no mailbox.
  init(
    _ rulebook: Rulebook, workers: Int, at now: Instant, wall: WallTime
  ) throws(IOFailure) {
    var mailboxes: [Mailbox<Action>] = []
    for _ in 0..<workers where workers > 1 { mailboxes.append(try Mailbox()) }
    self.mailboxes = mailboxes
    state = Guarded(
      SharedEngine(
        AdmissionEngine(
          rulebook: rulebook, at: now, wall: wall, seed: UInt64.random(in: .min ... .max)),
        workers: workers))
  }

  /// Where decisions of other workers' events come in; nil with one worker.
  func mailbox(of worker: Int) -> Mailbox<Action>? {
    mailboxes.isEmpty ? nil : mailboxes[worker]
  }

  /// Asks for leave to send; what is decided of the ticket later is for `worker`.
  func admit(
    _ route: Route, patience: Duration?, by worker: Int, at now: Instant,
    _ aftermath: inout Aftermath
  ) -> Arrival {
    state.withLock { state in
      let arrival = state.admit(route, patience: patience, by: worker, at: now)
      state.settle(for: worker, &aftermath)
      return arrival
    }
  }

  /// Tells the engine of an answer.
  func responded(
    _ ticket: TicketID, _ reading: Reading, spent: [Spent], canReplay: Bool, by worker: Int,
    at now: Instant, _ aftermath: inout Aftermath
  ) -> Verdict {
    state.withLock { state in
      let verdict = state.engine.responded(
        ticket, reading, spent: spent, canReplay: canReplay, at: now)
      state.settle(for: worker, &aftermath)
      return verdict
    }
  }

  /// Tells the engine of another event.
  func call<R: Sendable>(
    by worker: Int, _ aftermath: inout Aftermath, _ event: @Sendable (AdmissionEngine) -> R
  ) -> R {
    state.withLock { state in
      let result = event(state.engine)
      state.settle(for: worker, &aftermath)
      return result
    }
  }

  /// Does what is due at `now`, when the timer of `worker` says so.
  func advance(by worker: Int, to now: Instant, _ aftermath: inout Aftermath) {
    state.withLock { state in
      state.advance(by: worker, to: now)
      state.settle(for: worker, &aftermath)
    }
  }

  /// Reads something of the engine.
  func read<R: Sendable>(_ body: @Sendable (AdmissionEngine) -> R) -> R {
    state.withLock { body($0.engine) }
  }

  /// Brings decisions to the workers whose requests they are for.
  func post(_ mail: [Aftermath.Mail]) {
    for letter in mail { mailboxes[letter.worker].post(letter.actions) }
  }
}
