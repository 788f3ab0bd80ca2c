import Timekeeping

extension WallTime {
  /// Whole seconds since the Unix epoch, rounded up: a limit is not promised too early.
  var roundedUpSecondsSinceEpoch: Int64 {
    let down = secondsSinceEpoch
    return WallTime(secondsSinceEpoch: down) == self ? down : down + 1
  }

  /// This time, or the next whole millisecond.
  var roundedUpToMilliseconds: WallTime {
    let excess = ((nanoseconds % 1_000_000) + 1_000_000) % 1_000_000
    return excess == 0 ? self : self + .nanoseconds(1_000_000 - excess)
  }
}
