import Limits
import Policy
import Scheduling
import Timekeeping

/// Whose turn it is at a bucket, and who can never have one.
extension AdmissionEngine {
  /// The flow whose turn it is at a bucket; nil when none waits there.
  ///
  /// A lane that has no room only because units are kept for others lets those others by.
  func front(_ slot: Int) -> Int32? {
    guard let first = rooms[slot].queue.first(at: clock) else { return nil }
    guard isShared(slot), var kept = percentKept(from: first, slot) else { return first }
    var passed: [Int32] = []
    var last = first
    while true {
      passed.append(flows[Int(last)].key.lane)
      guard let flow = rooms[slot].queue.first(at: clock, besides: passed) else { return first }
      last = flow
      // Others of whom as much is kept must not pass: a large request would never get its turn.
      guard reserved(from: flow, slot) < kept else { continue }
      guard let units = percentKept(from: flow, slot) else { return flow }
      kept = units
    }
  }

  /// Whether units of a bucket are kept for some lanes.
  private func isShared(_ slot: Int) -> Bool {
    let key = rooms[slot].key
    return key.rule >= 0 && apis[Int(key.api)].facts[Int(key.rule)].isShared
  }

  /// Percent of a bucket that is kept from a flow.
  private func reserved(from flow: Int32, _ slot: Int) -> UInt8 {
    let head = flows[Int(flow)].head
    return head < 0 ? 0 : draw(of: Int(tickets[head].demand), at: slot).reserved
  }

  /// The same of a flow that has no room because of it; nil for others.
  private func percentKept(from flow: Int32, _ slot: Int) -> UInt8? {
    let head = flows[Int(flow)].head
    guard head >= 0 else { return nil }
    let draw = draw(of: Int(tickets[head].demand), at: slot)
    return draw.reserved > 0 && availability(of: draw) != .now ? draw.reserved : nil
  }

  /// Notes when a bucket whose front waiter has no room is to be looked at again.
  func lookAgain(_ slot: Int, _ answer: Availability) {
    var next = Instant.distantFuture
    if case .at(let instant) = answer { next = instant }
    if let turn = rooms[slot].queue.nextTurn(after: clock) { next = min(next, turn) }
    // Who let others by may have room before they do.
    if isShared(slot), let first = rooms[slot].queue.first(at: clock) {
      let head = flows[Int(first)].head
      if head >= 0,
        case .at(let instant) = availability(
          of: draw(of: Int(tickets[head].demand), at: slot))
      {
        next = min(next, instant)
      }
    }
    bucketDeadlines.schedule(slot, at: next)
  }

  /// When it is time to ask again what is kept of a bucket.
  func pause(_ slot: Int) -> Instant {
    let period = rooms[slot].bucket.remainingPeriod(at: clock)?.of.wholeNanoseconds ?? 0
    return clock.advanced(byNanoseconds: max(1_000_000_000, period / 1000))
  }

  func draw(of demand: Int, at slot: Int) -> Draw {
    for draw in demands[demand].draws where draw.slot == slot { return draw }
    return Draw(slot: Int32(slot), cost: 1, candidate: 0)
  }

  /// Whether a limit has shrunk below what a request takes.
  func isTooLarge(_ draw: Draw) -> Bool {
    let slot = Int(draw.slot)
    guard Int(draw.cost) > rooms[slot].bucket.capacity else { return false }
    return rooms[slot].bucket.availability(cost: Int(draw.cost), at: clock) == .never
  }

  /// Refuses a flow's head that fits no more.
  func turnAway(_ slot: Int32) {
    let flow = tickets[slot].flow
    let demand = Int(tickets[slot].demand)
    let draw = demands[demand].draws.first { isTooLarge($0) } ?? demands[demand].draws[0]
    let name = limitName(Int(draw.slot))
    let refusal = Refusal(
      reason: .neverFits, limit: name, retryAfter: .seconds(3_600),
      detail: "The request costs \(draw.cost) of the limit \(name), "
        + "which now allows \(rooms[Int(draw.slot)].bucket.capacity).")
    lanes[lane(of: slot)].refused += 1
    if slot == arriving {
      arrivingResult = .refused(refusal)
    } else {
      actions.append(.refuse(tickets.id(slot), refusal))
    }
    unlink(slot)
    ticketDeadlines.cancel(Int(slot))
    free(slot)
    vacate(flow)
  }
}
