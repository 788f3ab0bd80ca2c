import DequeModule
import Timekeeping

/// The answers to requests with an `Idempotency-Key` (seeds/tokportal-rate-limits.txt): kept for 24
/// hours, for each API key apart.
struct IdempotencyStore: Sendable {
  /// What a key means to a request.
  enum Standing: Sendable {
    /// Nobody used it.
    case fresh
    /// The same request was answered so.
    case replay(ProviderAnswer)
    /// The same request is being worked on.
    case inProgress
    /// Another request used it.
    case reused
  }

  /// Whose key it is, and the key.
  struct Name: Hashable, Sendable {
    let owner: String
    let key: String
  }

  private struct Entry: Sendable {
    let method: String
    let path: String
    let body: RequestBody
    let answer: ProviderAnswer
    let ready: Instant
    let expiry: Instant
  }

  private static let life: Duration = .day

  private let capacity: Int
  private var entries: [Name: Entry] = [:]
  /// The names in the order they expire.
  private var order: Deque<Name> = []

  /// A store that forgets the oldest beyond `capacity`.
  init(capacity: Int = 100_000) { self.capacity = capacity }

  /// How many answers are kept.
  var count: Int { entries.count }

  /// What `name` means to `request`.
  mutating func standing(
    of name: Name, for request: EmulatedRequest, at now: Instant
  ) -> Standing {
    while let first = order.first, entries[first].map({ $0.expiry <= now }) ?? true {
      entries[first] = nil
      order.removeFirst()
    }
    guard let entry = entries[name] else { return .fresh }
    guard entry.method == request.method, entry.path == request.path, entry.body == request.body
    else { return .reused }
    return now < entry.ready ? .inProgress : .replay(entry.answer)
  }

  /// Keeps the answer to a request that arrived at `moment`, under a fresh name.
  mutating func keep(
    _ answer: ProviderAnswer, to request: EmulatedRequest, as name: Name, at moment: ArrivalMoment
  ) {
    if entries.count >= capacity, let oldest = order.popFirst() { entries[oldest] = nil }
    order.append(name)
    entries[name] = Entry(
      method: request.method, path: request.path, body: request.body, answer: answer,
      ready: moment.ready, expiry: moment.now + Self.life)
  }
}
