import Admission
import Policy
import Timekeeping

/// The proxy's own engine on virtual time, before a provider that answers every request well.
///
/// The only place of this module that knows the engine's calls.
struct PlannedEngine {
  /// What the engine decided about a request that waited.
  enum Decision {
    case granted(Grant)
    case refused(TicketID, Refusal)
  }

  private let engine: AdmissionEngine

  init(_ rulebook: Rulebook, wall: WallTime, seed: UInt64) {
    engine = AdmissionEngine(
      rulebook: rulebook, at: Instant(nanoseconds: 0), wall: wall, seed: seed)
  }

  /// When `advance` must be called next.
  var nextDeadline: Instant? { engine.nextDeadline }

  func admit(_ route: Route, patience: Duration?, at now: Instant) -> Arrival {
    engine.admit(route, patience: patience, at: now)
  }

  /// The whole request was written.
  func sent(_ ticket: TicketID, at now: Instant) { engine.sent(ticket, at: now) }

  /// A plain good answer came, whole.
  func answered(_ ticket: TicketID, at now: Instant) {
    _ = engine.responded(ticket, .plain(status: 200), canReplay: true, at: now)
    engine.finished(ticket, at: now)
  }

  func advance(to now: Instant) { engine.advance(to: now) }

  /// Decisions since the last call, in order.
  func takeDecisions() -> [Decision] {
    engine.takeActions().compactMap { action in
      switch action {
      case .grant(let grant): .granted(grant)
      case .refuse(let ticket, let refusal): .refused(ticket, refusal)
      case .notice: nil
      }
    }
  }
}
