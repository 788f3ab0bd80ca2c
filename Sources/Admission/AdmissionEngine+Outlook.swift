import Limits
import Scheduling
import Timekeeping

extension AdmissionEngine {
  /// When a waiting ticket is likely to be granted, and the bucket that decides it.
  ///
  /// For each bucket of a key: the instant that has room for what is likely to go before by fair
  /// sharing, and for the ticket itself; of those the latest; of all keys it may use the earliest.
  func predictedStart(_ ticket: Int32) -> (start: Instant, slot: Int) {
    let flow = tickets[ticket].flow
    let demand = Int(tickets[ticket].demand)
    let isHead = flows[Int(flow)].head == ticket
    let ahead = isHead ? 0 : max(0, Int(flows[Int(flow)].waiting) - 1)
    let member = member(of: flow, head: ticket)
    let choice = choice(of: ticket)
    var best: (start: Instant, slot: Int)?
    var first = 0
    for candidate in 0..<Int(demands[demand].candidates) {
      let end = demands[demand].end(from: first)
      defer { first = end }
      guard choice.allows(candidate) else { continue }
      let keys = choice.only >= 0 ? 1 : Int(demands[demand].candidates)
      let start = predictedStart(demand, first..<end, member, ahead: ahead, keys: keys)
      if best.map({ start.start < $0.start }) ?? true { best = start }
    }
    // An API always has its connections bucket, so there is always a draw.
    return best ?? (clock, 0)
  }

  private func predictedStart(
    _ demand: Int, _ range: Range<Int>, _ member: FairQueue.Member, ahead: Int, keys: Int
  ) -> (start: Instant, slot: Int) {
    var latest = (start: clock, slot: Int(demands[demand].draws[range.lowerBound].slot))
    for index in range {
      let draw = demands[demand].draws[index]
      let slot = Int(draw.slot)
      let isShared = keys > 1 && rooms[slot].key.key >= 0
      let before = unitsBefore(draw, member, ahead: ahead) / (isShared ? keys : 1)
      let start = instant(whenRoomFor: before, and: Int(draw.cost), in: slot)
      if start > latest.start { latest = (start, slot) }
    }
    return latest
  }

  /// Units of a bucket that are likely to be taken before a ticket's turn.
  private func unitsBefore(_ draw: Draw, _ member: FairQueue.Member, ahead: Int) -> Int {
    let slot = Int(draw.slot)
    if rooms[slot].bucket.isGate { return 0 }
    let own = ahead * Int(draw.cost)
    // What waits elsewhere first may come to this bucket all the same.
    let others = max(0, rooms[slot].queued - Int(draw.cost))
    return min(rooms[slot].queue.unitsBefore(member, ownUnits: own), max(own, others))
  }

  private func instant(whenRoomFor before: Int, and cost: Int, in slot: Int) -> Instant {
    let instant = rooms[slot].bucket.instant(whenRoomFor: before + cost, at: clock)
    // Slots that only the end of a request frees turn over in the time a request usually takes.
    let missing = before + cost - rooms[slot].bucket.left(at: clock)
    let most = rooms[slot].bucket.capacity
    guard missing > 0, most < .max, frees(slot) else { return instant }
    let rounds = Double(missing) / Double(max(1, most))
    let span = Double(apis[Int(rooms[slot].key.api)].service.nanoseconds) * rounds
    return max(instant, clock.advanced(byNanoseconds: Int64(min(span, 1e18))))
  }

  /// Whether only the end of a request gives a bucket's units back.
  private func frees(_ slot: Int) -> Bool {
    guard let rule = rule(of: slot) else {
      return rooms[slot].key.rule == BucketKey.connections
    }
    if case .concurrency = rule.kind { return true }
    return false
  }
}
