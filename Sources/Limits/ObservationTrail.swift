import Timekeeping

/// What a bucket did lately, to compare answers' counters with: how much was taken, answered and
/// released, in all and at up to 32 instants; and what others seem to use.
final class ObservationTrail {
  private struct Mark {
    var time: Int64
    var answered: Int64
    var released: Int64
  }

  static let mostMarks = 32
  /// How long marks are of use: older answers are not read.
  static let span: Int64 = 10_000_000_000
  /// Over which time the rate of others is averaged.
  static let memory = 60e9

  /// Units taken and answered since the trail began; taken are less what was never sent.
  private(set) var taken: Int64
  private var answered: Int64 = 0
  /// Room that observations and adjustments added, less what they took away.
  private var changed: Int64 = 0
  private var marks: [Mark] = []
  private var foreign = 0.0
  private var trip = 0.0
  private var latest: Int64
  /// The limit the operator stated, and the first the provider did.
  let declared: Int
  var firstSeen: Int?
  /// The end of the window as stated last.
  var windowEnd: Instant?

  /// A trail that begins with `inFlight` units that may still be answered.
  init(declared: Int, inFlight: Int, room: Int, at now: Instant) {
    self.declared = declared
    taken = Int64(inFlight)
    latest = now.nanoseconds
    mark(room: room, at: now)
  }

  func took(_ cost: Int, room: Int, at now: Instant) {
    mark(room: room, at: now)
    taken = taken.clampedAdding(Int64(cost))
  }

  func answered(_ cost: Int) { answered = answered.clampedAdding(Int64(cost)) }

  func refunded(_ cost: Int) { taken = taken.clampedSubtracting(Int64(cost)) }

  func changed(by units: Int) { changed = changed.clampedAdding(Int64(units)) }

  /// Own units that the answer to what was sent at `sent` may not have seen, `cost` being its own,
  /// and how many were released since; nil when it was sent before the trail began.
  func since(_ sent: Instant, cost: Int, room: Int) -> (unseen: Int, released: Int)? {
    guard let mark = marks.last(where: { $0.time <= sent.nanoseconds }) else { return nil }
    let unseen = taken - mark.answered - Int64(Int32(units: cost))
    let released = self.released(room) - mark.released
    return (Int(max(0, unseen)), Int(max(0, released)))
  }

  /// Learns what others use: `gap` units that cannot be our own.
  func saw(gap: Int, roundTrip: Int64, at now: Instant) {
    let span = Double(max(1_000_000, now.nanoseconds.clampedSubtracting(latest)))
    let weight = span / (span + ObservationTrail.memory)
    foreign += weight * (Double(gap) / span - foreign)
    trip = trip == 0 ? Double(roundTrip) : trip + 0.1 * (Double(roundTrip) - trip)
    latest = now.nanoseconds
  }

  /// Units to leave to others: `f RTT + 2 sqrt(f RTT)` (limits-science.md section 4).
  func headroom(at now: Instant) -> Int {
    guard foreign > 0 else { return 0 }
    let quiet = Double(max(0, now.nanoseconds.clampedSubtracting(latest)))
    let rate = foreign * ObservationTrail.memory / (ObservationTrail.memory + quiet)
    let expected = rate * trip
    guard expected > 0.01 else { return 0 }
    return Int(min(1e6, (expected + 2 * expected.squareRoot()).rounded(.up)))
  }

  private func released(_ room: Int) -> Int64 {
    taken.clampedAdding(Int64(room)).clampedSubtracting(changed)
  }

  private func mark(room: Int, at now: Instant) {
    if let last = marks.last, last.time == now.nanoseconds { return }
    if marks.count >= ObservationTrail.mostMarks { thin(at: now) }
    marks.append(
      Mark(time: now.nanoseconds, answered: answered, released: released(room)))
  }

  /// Drops what is too old, but for one mark; else every second mark.
  private func thin(at now: Instant) {
    let oldest = now.nanoseconds.clampedSubtracting(ObservationTrail.span)
    if let first = marks.lastIndex(where: { $0.time <= oldest }), first > 0 {
      marks.removeFirst(first)
    } else {
      marks = marks.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
    }
  }
}
