import Admission
import Policy
import Timekeeping

/// Refusals of a plan by lane, reason and limit.
struct RefusalBook {
  /// A policy has fewer limits and lanes than this; what is more is not told apart.
  static let most = 10_000

  private struct Key: Hashable {
    var api: Int
    var lane: Int
    var reason: Refusal.Reason
    var limit: String?
  }

  private struct Entry {
    var count: Int
    var first: Instant
    var detail: String
  }

  private var entries: [Key: Entry] = [:]

  mutating func add(_ refusal: Refusal, api: Int, lane: Int, at now: Instant) {
    let key = Key(api: api, lane: lane, reason: refusal.reason, limit: refusal.limit)
    if entries[key] == nil, entries.count >= RefusalBook.most { return }
    entries[key, default: Entry(count: 0, first: now, detail: refusal.detail)].count += 1
  }

  /// The most frequent first; of equals the earliest.
  func report(_ apis: [Api]) -> [PlanReport.RefusalCount] {
    entries.map { key, entry in
      PlanReport.RefusalCount(
        api: apis[key.api].name, lane: apis[key.api].lanes[key.lane].name,
        reason: key.reason.word, limit: key.limit, count: entry.count,
        first: entry.first - Instant(nanoseconds: 0), detail: entry.detail)
    }.sorted {
      ($1.count, $0.first, $0.api, $0.lane, $0.limit ?? "")
        < ($0.count, $1.first, $1.api, $1.lane, $1.limit ?? "")
    }
  }
}
