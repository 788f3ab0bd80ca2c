import Limits
import Timekeeping

/// What one request does to all buckets it draws from: the array is looked at once, not for each.
extension ContiguousArray<Room> {
  /// Whether all have room for a request at once; nil when somebody waits at one of them, or one
  /// keeps units for others.
  mutating func haveRoom(
    for draws: ContiguousArray<Draw>, _ range: Range<Int>, at now: Instant
  ) -> Bool? {
    var rooms = mutableSpan
    var isOpen = true
    for index in range {
      let draw = draws[index]
      let slot = Int(draw.slot)
      guard draw.reserved == 0, rooms[slot].promised == 0, rooms[slot].queue.isIdle else {
        return nil
      }
      if rooms[slot].bucket.isOpenGate { continue }
      if !rooms[slot].bucket.hasRoom(for: Int(draw.cost), at: now) { isOpen = false }
    }
    return isOpen
  }

  /// Whether no answer changes a hold of theirs.
  func areClean(_ draws: ContiguousArray<Draw>, _ range: Range<Int>) -> Bool {
    for index in range where !self[Int(draws[index].slot)].bucket.isClean { return false }
    return true
  }

  /// Takes what a request costs.
  mutating func take(
    _ draws: ContiguousArray<Draw>, _ range: Range<Int>, token: UInt64, at now: Instant
  ) {
    var rooms = mutableSpan
    for index in range {
      let draw = draws[index]
      let slot = Int(draw.slot)
      if rooms[slot].bucket.isOpenGate { continue }
      rooms[slot].bucket.take(cost: Int(draw.cost), token: token, at: now)
    }
  }

  /// Tells all what became of a request.
  ///
  /// - Returns: Whether somebody waits at one of them.
  mutating func settle(
    _ draws: ContiguousArray<Draw>, _ range: Range<Int>, _ settlement: Settlement, at now: Instant
  ) -> Bool {
    var rooms = mutableSpan
    var isAwaited = false
    for index in range {
      let draw = draws[index]
      let slot = Int(draw.slot)
      if !rooms[slot].queue.isIdle { isAwaited = true }
      if rooms[slot].bucket.isOpenGate { continue }
      rooms[slot].bucket.settle(cost: Int(draw.cost), settlement, at: now)
    }
    return isAwaited
  }
}
