import Limits
import Policy
import Scheduling
import Timekeeping

extension AdmissionEngine {
  /// What is known of a request's place, for every key it may use.
  struct Place {
    var member: FairQueue.Member
    var demand: Int
    /// Requests of its flow that go before, and the last of them.
    var ahead: Int
    var last: Int32
    /// How many keys share the work.
    var keys = 1
  }

  /// When a waiting ticket is likely to be granted, and the bucket that decides it.
  ///
  /// For each bucket of a key: the instant that has room for what is likely to go before by fair
  /// sharing, and for the ticket itself; of those the latest. Of all keys it may use the earliest
  /// if it is the next of its flow; else they share the work, and the mean of their speeds counts.
  func predictedStart(_ ticket: Int32) -> (start: Instant, slot: Int) {
    let flow = tickets[ticket].flow
    let demand = Int(tickets[ticket].demand)
    let isHead = flows[Int(flow)].head == ticket
    let ahead = isHead ? 0 : max(0, Int(flows[Int(flow)].waiting) - 1)
    let place = Place(
      member: member(of: flow, head: ticket), demand: demand, ahead: ahead,
      last: tickets[ticket].previous)
    return predictedStart(place, choice(of: ticket))
  }

  /// When a request at this place, with this choice of keys, is likely to be granted.
  func predictedStart(_ place: Place, _ choice: Choice) -> (start: Instant, slot: Int) {
    var place = place
    let demand = place.demand
    if choice.only < 0 { place.keys = usableKeys(demand) }
    var best: (start: Instant, slot: Int)?
    var speeds = 0.0
    var first = 0
    for candidate in 0..<Int(demands[demand].candidates) {
      let end = demands[demand].end(from: first)
      defer { first = end }
      guard choice.allows(candidate) else { continue }
      let start = predictedStart(place, first..<end)
      speeds += 1 / Double(max(1, start.start.nanoseconds(since: clock)))
      if best.map({ start.start < $0.start }) ?? true { best = start }
    }
    // An API always has its connections bucket, so there is always a draw.
    guard let best else { return (clock, 0) }
    guard place.keys > 1, place.ahead > 0, best.start > clock else { return best }
    let shared = clock.advanced(byNanoseconds: Int64(min(Double(place.keys) / speeds, 1e18)))
    return (max(best.start, shared), best.slot)
  }

  /// How many keys of a demand nothing is held of; 1 at least.
  private func usableKeys(_ demand: Int) -> Int {
    guard demands[demand].candidates > 1 else { return 1 }
    var held = 0
    var last: Int16 = -1
    for draw in demands[demand].draws where draw.candidate != last {
      guard rooms[Int(draw.slot)].key.key >= 0,
        rooms[Int(draw.slot)].bucket.hold.isHeld(at: clock)
      else { continue }
      held += 1
      last = draw.candidate
    }
    return max(1, Int(demands[demand].candidates) - held)
  }

  private func predictedStart(
    _ place: Place, _ range: Range<Int>
  ) -> (start: Instant, slot: Int) {
    var latest = (start: clock, slot: Int(demands[place.demand].draws[range.lowerBound].slot))
    func consider(_ start: Instant, _ slot: Int) {
      if start > latest.start { latest = (start, slot) }
    }
    var hours = -1
    askQueues(place, range)
    for index in range {
      let slot = Int(demands[place.demand].draws[index].slot)
      let hold = rooms[slot].bucket.hold
      if hold.isHeld(at: clock) { consider(hold.until, slot) }
    }
    // Nothing at all goes before.
    let open = latest.start
    for index in range {
      let draw = demands[place.demand].draws[index]
      let slot = Int(draw.slot)
      if rooms[slot].bucket.isGate { continue }
      if rooms[slot].bucket.capacity == .max {
        hours = slot
        continue
      }
      let before = unitsBefore(place, index, range)
      var start = instant(whenRoomFor: before.units, draw, from: open)
      if place.member.reserve > 0 {
        let span = reserve(place.member, draw).clampedMultiplied(
          by: Int64(before.laneUnits.clampedAdding(Int(draw.cost))))
        start = min(start, open.advanced(byNanoseconds: span))
      }
      consider(start, slot)
      let units = before.units.clampedAdding(Int(draw.cost))
      guard let last = rooms[slot].bucket.lastPeriod(of: units, at: clock) else { continue }
      considerRush(place, range, draw, last, consider)
    }
    if hours >= 0 {
      consider(rooms[hours].bucket.instant(whenRoomFor: 1, from: latest.start, at: clock), hours)
    }
    return latest
  }

  /// With a new day all go at once that waited for it: what other buckets make of that.
  private func considerRush(
    _ place: Place, _ range: Range<Int>, _ day: Draw, _ last: (opening: Instant, units: Int),
    _ consider: (Instant, Int) -> Void
  ) {
    for index in range {
      let draw = demands[place.demand].draws[index]
      let slot = Int(draw.slot)
      guard draw.slot != day.slot, !rooms[slot].bucket.isGate, rooms[slot].bucket.capacity < .max
      else { continue }
      var requests = Double(last.units) / Double(max(1, day.cost))
      if !covers(Int(day.slot), slot) {
        // Others wait for days of their own.
        let own = max(1, Int(flows[Int(place.member.flow)].waiting) * Int(draw.cost))
        requests *= max(1, Double(rooms[slot].queued) / Double(own))
      }
      let units = Int(min(1e15, requests * Double(draw.cost)))
      let before = max(0, units - Int(draw.cost)) / keys(place, at: slot)
      consider(instant(whenRoomFor: before, draw, from: last.opening), slot)
    }
  }

  private func keys(_ place: Place, at slot: Int) -> Int {
    rooms[slot].key.key >= 0 ? place.keys : 1
  }

  /// Asks the queue of every bucket of a key what it serves before a ticket.
  private func askQueues(_ place: Place, _ range: Range<Int>) {
    outlooks.removeAll(keepingCapacity: true)
    for index in range {
      let draw = demands[place.demand].draws[index]
      let slot = Int(draw.slot)
      outlooks.append(
        rooms[slot].queue.outlook(
          place.member, ownUnits: ownUnits(place, draw), queues: keys(place, at: slot)))
    }
  }

  /// What is likely to be taken from the bucket of a draw before a ticket's turn.
  private func unitsBefore(_ place: Place, _ index: Int, _ range: Range<Int>) -> FairQueue.Outlook {
    let draw = demands[place.demand].draws[index]
    var most = outlooks[index - range.lowerBound]
    // What waits for a narrower bucket first comes to this one all the same.
    for narrow in range where narrow != index {
      let other = demands[place.demand].draws[narrow]
      guard !rooms[Int(other.slot)].queue.isIdle, covers(Int(draw.slot), Int(other.slot)) else {
        continue
      }
      let outlook = outlooks[narrow - range.lowerBound]
      let (cost, unit) = (Int(draw.cost), max(1, Int(other.cost)))
      most.units = max(most.units, outlook.units.clampedMultiplied(by: cost) / unit)
      most.laneUnits = max(most.laneUnits, outlook.laneUnits.clampedMultiplied(by: cost) / unit)
    }
    return most
  }

  /// What the requests of the same flow that go before take from a bucket.
  private func ownUnits(_ place: Place, _ draw: Draw) -> Int {
    let flow = Int(place.member.flow)
    guard place.ahead > 0, flows[flow].demands > 1 else {
      return place.ahead.clampedMultiplied(by: Int(draw.cost))
    }
    // They may take different units: the nearest stand for all.
    var looked = 0
    var units = 0
    var ticket = place.last
    while ticket >= 0, looked < AdmissionEngine.mostAhead {
      looked += 1
      let demand = Int(tickets[ticket].demand)
      for other in demands[demand].draws where other.slot == draw.slot { units += Int(other.cost) }
      ticket = tickets[ticket].previous
    }
    return looked == 0 ? place.ahead : units.clampedMultiplied(by: place.ahead) / looked
  }

  private func instant(whenRoomFor before: Int, _ draw: Draw, from start: Instant) -> Instant {
    let slot = Int(draw.slot)
    let api = Int(rooms[slot].key.api)
    var units = before.clampedAdding(Int(draw.cost))
    let most = rooms[slot].bucket.capacity
    if draw.reserved > 0 {
      // Each turn of a window leaves out what is kept for others.
      let kept = min(most - 1, unitsReserved(draw))
      let (rounds, rest) = units.quotientAndRemainder(dividingBy: max(1, most - kept))
      units = rounds.clampedMultiplied(by: most).clampedAdding(rest).clampedAdding(kept)
    }
    let trip = max(0, apis[api].response.nanoseconds - apis[api].floor.credit(at: clock))
    let instant = rooms[slot].bucket.instant(
      whenRoomFor: units, from: start, roundTrip: .nanoseconds(trip), at: clock)
    // Slots that only the end of a request frees turn over in the time a request usually takes.
    let missing = units - rooms[slot].bucket.left(at: clock)
    guard missing > 0, frees(slot) else { return instant }
    let rounds = Double(missing) / Double(max(1, most))
    let span = Double(apis[api].service.nanoseconds) * rounds
    return max(instant, start.advanced(byNanoseconds: Int64(min(span, 1e18))))
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
