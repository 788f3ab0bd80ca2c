import DequeModule
import Timekeeping

/// The answers that made batches fail, for the rest of each batch.
///
/// Bounded three ways; what is forgotten early only makes a refusal say less.
struct FailedBatches {
  /// A batch as the admission engine tells it from others: its name counts within a caller's lane.
  struct Key: Hashable {
    var api: Int
    var lane: Int
    var caller: String
    var name: String
  }

  private struct Entry {
    var answer: Problem.ProviderAnswer
    var number: Int
    var kept: Instant
  }

  /// Most batches that are remembered.
  static let mostBatches = 1000
  /// Most bytes of their answers together: 4 MiB.
  static let mostBytes = 4 << 20
  /// How long each is remembered.
  static let span: Duration = .seconds(600)

  private var entries: [Key: Entry] = [:]
  /// Everything ever kept and not yet looked at again, oldest first.
  private var order: Deque<(number: Int, key: Key)> = []
  private var bytes = 0
  private var number = 0

  /// Keeps the answer to a batch's first request in place of an earlier one.
  mutating func keep(_ answer: Problem.ProviderAnswer, of batch: Key, at now: Instant) {
    remove(batch)
    number += 1
    entries[batch] = Entry(answer: answer, number: number, kept: now)
    bytes += answer.body.count
    order.append((number, batch))
    while let oldest = order.first, isOver || order.count > 2 * FailedBatches.mostBatches {
      order.removeFirst()
      if entries[oldest.key]?.number == oldest.number { remove(oldest.key) }
    }
  }

  /// The answer to the batch's first request, if it is still remembered.
  func answer(of batch: Key, at now: Instant) -> Problem.ProviderAnswer? {
    guard let entry = entries[batch], now - entry.kept < FailedBatches.span else { return nil }
    return entry.answer
  }

  private var isOver: Bool {
    entries.count > FailedBatches.mostBatches || bytes > FailedBatches.mostBytes
  }

  private mutating func remove(_ batch: Key) {
    guard let entry = entries.removeValue(forKey: batch) else { return }
    bytes -= entry.answer.body.count
  }
}
