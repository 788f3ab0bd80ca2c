import Timekeeping

/// The hours of each day in which nothing may be sent.
public struct ClosedHours: Hashable, Sendable {
  /// When they begin: wall-clock nanoseconds since local midnight, 0 to 24 h.
  public let from: Int64
  /// When they end; before `from` when they run past midnight.
  public let to: Int64
  /// Whose wall clock is meant.
  public let zone: Zone

  /// Hours from `from` to `to`, both brought into 0 to 24 h; none when they are equal.
  public init(from: Int64, to: Int64, zone: Zone) {
    self.from = min(max(from, 0), ClosedHours.day)
    self.to = min(max(to, 0), ClosedHours.day)
    self.zone = zone
  }

  static let day: Int64 = 86_400_000_000_000
}

extension ClosedHours {
  /// Whether it is closed at `time`.
  public func contain(_ time: WallTime) -> Bool { isClosed(zone.localTime(at: time)) }

  /// The next instant after `time` at which the hours open or close; nil when they never do.
  public func nextChange(after time: WallTime) -> WallTime? {
    let isClosedNow = contain(time)
    var here = time
    // Each step ends at a mark of the clock or at a change of the zone's offset: a day has few.
    for _ in 0..<16 {
      let reading = zone.localTime(at: here)
      let mark = min(ahead(from, of: reading), ahead(to, of: reading))
      var there = WallTime(nanoseconds: here.nanoseconds.clampedAdding(mark))
      if let change = zone.nextChange(after: here), change < there { there = change }
      if there <= here { return nil }
      if contain(there) != isClosedNow { return there }
      here = there
    }
    return nil
  }

  private func isClosed(_ reading: Int64) -> Bool {
    from <= to ? reading >= from && reading < to : reading >= from || reading < to
  }

  /// Nanoseconds until the clock shows `mark` next, more than 0.
  private func ahead(_ mark: Int64, of reading: Int64) -> Int64 {
    let span = (mark - reading + ClosedHours.day) % ClosedHours.day
    return span <= 0 ? span + ClosedHours.day : span
  }
}
