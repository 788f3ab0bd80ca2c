import Limits
import Timekeeping

/// What becomes of the slots a granted ticket holds.
extension AdmissionEngine {
  func api(of slot: Int32) -> Int { Int(lanes[lane(of: slot)].api) }

  /// Does something for each draw of a granted ticket.
  @inline(__always)
  func forEachDraw(of ticket: Int32, _ body: (Draw) -> Void) {
    let demand = Int(tickets[ticket].demand)
    for index in demands[demand].range(of: Int(tickets[ticket].candidate)) {
      body(demands[demand].draws[index])
    }
  }

  /// The draws of a granted ticket.
  func draws(of ticket: Int32) -> ArraySlice<Draw> {
    let demand = demands[Int(tickets[ticket].demand)]
    return demand.draws[demand.range(of: Int(tickets[ticket].candidate))]
  }

  func settle(_ ticket: Int32, _ settlement: Settlement) {
    let demand = Int(tickets[ticket].demand)
    let draws = demands[demand].draws
    var range = demands[demand].range(of: Int(tickets[ticket].candidate))
    // The connection of a lost request is settled already; its draw is the last.
    if tickets[ticket].state == .lingering { range = range.dropLast() }
    guard rooms.settle(draws, range, settlement, at: clock) else { return }
    for index in range { markDirty(Int(draws[index].slot)) }
  }

  func countDown(_ slot: Int32) {
    guard let key = key(of: slot) else { return }
    apis[api(of: slot)].inFlight[key] -= 1
  }

  func giveBack(_ slot: Int32) {
    // Once taken for arrived, slots cannot be told from those of others.
    guard !tickets[slot].isLate else { return linger(slot) }
    let taken = Instant(nanoseconds: tickets[slot].taken)
    let token = tickets[slot].token
    forEachDraw(of: slot) { draw in
      rooms[Int(draw.slot)].bucket.refund(
        cost: Int(draw.cost), token: token, taken: taken, at: clock)
      markDirty(Int(draw.slot))
    }
    countDown(slot)
  }

  /// Leaves the slots of an attempt to a ticket of their own, until the request has arrived if it
  /// ever will.
  func linger(_ slot: Int32) {
    let ghost = tickets.make()
    let generation = tickets[ghost].generation
    tickets[ghost] = tickets[slot]
    tickets[ghost].generation = generation
    tickets[ghost].state = .lingering
    demands[Int(tickets[ghost].demand)].live += 1
    settleConnection(slot)
    let span = apis[api(of: slot)].horizon.spanAfterLoss
    ticketDeadlines.schedule(Int(ghost), at: clock.advanced(byNanoseconds: span))
  }

  /// The connection of a lost request is closed, whatever becomes of the request.
  private func settleConnection(_ slot: Int32) {
    forEachDraw(of: slot) { draw in
      guard rooms[Int(draw.slot)].key.rule == BucketKey.connections else { return }
      rooms[Int(draw.slot)].bucket.settle(cost: Int(draw.cost), .cut, at: clock)
      markDirty(Int(draw.slot))
    }
  }

  /// The slots of a lost request are settled as if it arrived at the latest instant it could.
  func settleLingering(_ slot: Int32) {
    if tickets[slot].isAnswered {
      settle(slot, .finished)
    } else {
      settle(slot, .response(late: tickets[slot].isLate, credit: 0))
      settle(slot, .cut)
    }
    abandonProbes(slot)
    countDown(slot)
    free(slot)
  }

  func lane(of slot: Int32) -> Int { Int(flows[Int(tickets[slot].flow)].key.lane) }

  /// Forgets a ticket that is in no queue.
  func free(_ slot: Int32) {
    demands[Int(tickets[slot].demand)].count(live: -1, at: clock)
    tickets.free(slot)
  }
}
