import Timekeeping

/// The limits of an emulated provider by their names, each with a limiter for every scope.
struct LimitStack: Sendable {
  /// Whose instants a limit counts by.
  enum Clock: Sendable {
    /// The emulator's monotonic clock.
    case monotonic
    /// The emulator's civil time, for windows that begin with a minute or a day.
    case wall
  }

  private struct Rule: Sendable {
    let clock: Clock
    var scopes: ScopedLimiter<PenalisedLimiter<AnyLimiter>>
  }

  private let rejectsCount: Bool
  private let penalty: Duration?
  private var rules: [String: Rule] = [:]

  init(rejectsCount: Bool, penalty: Duration?) {
    self.rejectsCount = rejectsCount
    self.penalty = penalty
  }

  /// Adds a limit whose scopes begin as `fresh`.
  mutating func add(_ name: String, _ fresh: any UpstreamLimiter, on clock: Clock = .monotonic) {
    let limiter = PenalisedLimiter(AnyLimiter(fresh), penalty: penalty, rejectsCount: rejectsCount)
    rules[name] = Rule(clock: clock, scopes: ScopedLimiter(limiter))
  }

  /// Counts an arrival against the limits in order, up to and with the first that refuses it.
  mutating func count(_ charges: [LimitCharge], at moment: ArrivalMoment) -> LimitOutcome {
    var outcome = LimitOutcome()
    for charge in charges where outcome.refusal == nil {
      guard let clock = rules[charge.limit]?.clock else { continue }
      let now = clock == .wall ? moment.wallInstant : moment.now
      let verdict = rules[charge.limit]?.scopes.arrive(
        in: charge.scope, at: now, taking: moment.work)
      if let verdict { outcome.add(verdict, of: charge.limit) }
    }
    return outcome
  }
}
