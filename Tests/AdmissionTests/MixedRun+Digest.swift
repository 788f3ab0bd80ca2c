import Timekeeping

@testable import Admission

/// What the engine decided, in order, as one number.
extension MixedRun {
  func note(_ grant: Grant) {
    digest.add(now.nanoseconds)
    digest.add(grant.ticket.rawValue)
    digest.add(grant.key ?? -1)
    digest.add(grant.attempt)
    digest.add(grant.waited.wholeNanoseconds)
  }

  func note(_ refusal: Refusal) {
    digest.add(now.nanoseconds)
    digest.add("\(refusal.reason)")
    digest.add(refusal.limit ?? "")
    digest.add(refusal.retryAfter.wholeNanoseconds)
  }

  func noteDeadline() { digest.add(engine.nextDeadline?.nanoseconds ?? -1) }
}
