/// What a zone's clocks do, in whole seconds: a table of changes, then a rule for the years after.
final class ZoneRules: Hashable, Sendable {
  let name: String
  /// When the offset changes, ascending, in seconds since the Unix epoch.
  let transitions: [Int64]
  /// The offset before the first change, then the one from each change on; never empty unless
  /// `transitions` is.
  let offsets: [Int32]
  /// What holds from the last change on; nil when the last offset does.
  let tail: ZoneTail?

  init(name: String, transitions: [Int64], offsets: [Int32], tail: ZoneTail?) {
    self.name = name
    self.transitions = transitions
    self.offsets = offsets
    self.tail = tail
  }

  static func == (lhs: ZoneRules, rhs: ZoneRules) -> Bool {
    lhs === rhs
      || (lhs.name == rhs.name && lhs.transitions == rhs.transitions && lhs.offsets == rhs.offsets
        && lhs.tail == rhs.tail)
  }

  func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// Seconds east of UTC at `time`, in seconds since the Unix epoch.
  func offset(at time: Int64) -> Int64 {
    let passed = changes(until: time)
    if passed == transitions.count, let tail { return tail.offset(at: time) }
    return passed < offsets.count ? Int64(offsets[passed]) : 0
  }

  func nextChange(after time: Int64) -> Int64? {
    let passed = changes(until: time)
    if passed < transitions.count { return transitions[passed] }
    return tail?.nextChange(after: time)
  }

  /// The number of the day that contains `time`: the latest that has begun.
  func day(at time: Int64) -> Int64 {
    var day = ZoneRules.quotient(time + offset(at: time))
    // Clocks set back over midnight show the old day once more; the new one has begun.
    while start(ofDay: day + 1) <= time { day += 1 }
    return day
  }

  /// The first instant at which clocks show this day or a later one.
  func start(ofDay day: Int64) -> Int64 {
    let midnight = day * ZoneRules.day
    var time = midnight - ZoneTail.farthest
    // No zone changes its clocks more than a few times in the days around.
    for _ in 0..<64 {
      let reached = max(time, midnight - offset(at: time))
      guard let change = nextChange(after: time), change <= reached else { return reached }
      time = change
    }
    return time
  }

  /// How many changes are at or before `time`.
  private func changes(until time: Int64) -> Int {
    var (low, high) = (0, transitions.count)
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  static let day: Int64 = 86_400

  static func quotient(_ seconds: Int64) -> Int64 { (seconds - remainder(seconds)) / day }

  static func remainder(_ seconds: Int64) -> Int64 { ((seconds % day) + day) % day }
}
