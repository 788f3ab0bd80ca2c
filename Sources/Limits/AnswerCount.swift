import Timekeeping

/// How many units were answered in the last 30 s, to the second.
struct AnswerCount: Sendable {
  private static let slots: Int64 = 31
  private static let second: Int64 = 1_000_000_000

  private var counts = ContiguousArray<UInt32>(repeating: 0, count: Int(AnswerCount.slots))
  private var latest: Int64
  private let origin: Int64

  init(at now: Instant) {
    origin = now.nanoseconds
    latest = 0
  }

  mutating func add(_ units: Int, at now: Instant) {
    advance(to: now)
    let place = Int(latest % AnswerCount.slots)
    counts[place] += UInt32(max(0, min(units, 1 << 20)))
  }

  /// Takes one back: it was a refusal.
  mutating func remove(at now: Instant) {
    advance(to: now)
    let place = Int(latest % AnswerCount.slots)
    if counts[place] > 0 { counts[place] -= 1 }
  }

  /// Units per nanosecond over the last 30 s, or over the time since the start when that is less.
  mutating func rate(at now: Instant) -> Double {
    advance(to: now)
    let sum = counts.reduce(0) { $0 + UInt64($1) }
    let age = max(0, now.nanoseconds.clampedSubtracting(origin))
    let partial = age - latest * AnswerCount.second
    let span = min(age, (AnswerCount.slots - 1) * AnswerCount.second + partial)
    return Double(sum) / Double(max(AnswerCount.second, span))
  }

  private mutating func advance(to now: Instant) {
    let index = max(0, now.nanoseconds.clampedSubtracting(origin)) / AnswerCount.second
    guard index > latest else { return }
    for step in 1...min(index - latest, AnswerCount.slots) {
      counts[Int((latest + step) % AnswerCount.slots)] = 0
    }
    latest = index
  }
}
