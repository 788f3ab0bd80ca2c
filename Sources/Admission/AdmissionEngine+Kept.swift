import Limits
import Timekeeping

/// What buckets keep for others: promised to a flow, or reserved for a lane.
extension AdmissionEngine {
  /// When a bucket has room for a draw besides what it keeps for others.
  func availability(of draw: Draw) -> Availability {
    let slot = Int(draw.slot)
    let reserved = draw.reserved == 0 ? 0 : unitsReserved(draw)
    let promised = rooms[slot].promised
    let kept = promised + reserved
    let answer = rooms[slot].bucket.availability(cost: Int(draw.cost) + kept, at: clock)
    if kept == 0 { return answer }
    // What is reserved shrinks with the time that is left: ask again in a while.
    if reserved > 0, answer != .now { return soonest(answer, slot) }
    guard promised > 0 else { return answer }
    if answer == .never || (answer == .now && !rooms[slot].bucket.hold.isOpen) {
      return .afterResponse
    }
    return answer
  }

  /// What of a bucket is kept for other lanes: their share, as long as its period lasts
  /// (limits-science.md section 5, "reserve for the top class on scarce quotas").
  func unitsReserved(_ draw: Draw) -> Int {
    let slot = Int(draw.slot)
    guard let period = rooms[slot].bucket.remainingPeriod(at: clock) else { return 0 }
    let left = Double(max(0, period.left.wholeNanoseconds))
    let share = left / Double(max(1, period.of.wholeNanoseconds))
    let most = Double(rooms[slot].bucket.capacity) * Double(draw.reserved) / 100
    return Int((most * min(1, share)).rounded(.up))
  }

  private func soonest(_ answer: Availability, _ slot: Int) -> Availability {
    let pause = pause(slot)
    guard case .at(let instant) = answer, instant < pause else { return .at(pause) }
    return answer
  }
}
