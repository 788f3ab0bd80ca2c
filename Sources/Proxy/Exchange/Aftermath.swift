import Admission
import Timekeeping

/// What an event has decided of other requests, for the worker it happened to.
struct Aftermath: Sendable {
  /// Decisions for the requests of another worker.
  struct Mail: Sendable {
    let worker: Int
    var actions: [Action]
  }

  /// Decisions for its own requests, and all notices.
  var actions: [Action] = []
  /// Decisions that others must get.
  var mail: [Mail] = []
  /// When its timer must fire at the latest; nil when one is set early enough, here or elsewhere.
  var alarm: Instant?

  /// Whether it refuses a request of another worker.
  var refusesOthers: Bool {
    mail.contains { letter in
      letter.actions.contains { if case .refuse = $0 { true } else { false } }
    }
  }
}
