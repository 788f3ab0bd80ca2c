import Timekeeping

/// Spans of civil time that follow one another: days of a zone, or windows of one length.
enum Period: Hashable, Sendable {
  /// The civil days of a zone.
  case days(Zone)
  /// Spans of this length from 1970-01-01T00:00Z on, in nanoseconds.
  case every(Int64)

  /// The start of the period that contains `time`.
  func start(containing time: WallTime) -> WallTime {
    switch self {
    case .days(let zone): return zone.startOfDay(containing: time)
    case .every(let length):
      let (quotient, remainder) = time.nanoseconds.quotientAndRemainder(dividingBy: length)
      let index = remainder < 0 ? quotient - 1 : quotient
      return WallTime(nanoseconds: index.clampedMultiplied(by: length))
    }
  }

  /// The end of the period that contains `time`.
  func end(containing time: WallTime) -> WallTime {
    switch self {
    case .days(let zone): return zone.startOfNextDay(after: time)
    case .every(let length):
      return WallTime(nanoseconds: start(containing: time).nanoseconds.clampedAdding(length))
    }
  }
}
