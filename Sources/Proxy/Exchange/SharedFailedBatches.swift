import Events
import Timekeeping

/// What made batches fail, for the workers of a process together.
final class SharedFailedBatches: Sendable {
  private let batches = Guarded(FailedBatches())

  /// Keeps the answer to a batch's first request in place of an earlier one.
  func keep(_ answer: Problem.ProviderAnswer, of batch: FailedBatches.Key, at now: Instant) {
    batches.withLock { $0.keep(answer, of: batch, at: now) }
  }

  /// The answer to the batch's first request, if it is still remembered.
  func answer(of batch: FailedBatches.Key, at now: Instant) -> Problem.ProviderAnswer? {
    batches.withLock { $0.answer(of: batch, at: now) }
  }
}
