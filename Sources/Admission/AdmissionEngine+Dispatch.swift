import Limits
import Scheduling
import Timekeeping

extension AdmissionEngine {
  /// Grants a flow's heads while they fit; the first that does not waits in the rooms of the
  /// buckets that block it.
  ///
  /// - Parameter wakenBy: the bucket that had room and woke it, or -1.
  /// - Returns: Whether a head was granted.
  @discardableResult
  func run(_ flow: Int32, wakenBy: Int = -1) -> Bool {
    var waker = wakenBy
    var granted = false
    while flows[Int(flow)].head >= 0, tryHead(flow, wakenBy: waker) {
      granted = true
      waker = -1
    }
    return granted
  }

  /// Wakes front waiters of a bucket in fair order while it has room.
  func pump(_ slot: Int) {
    var fruitless = 0
    while let flow = rooms[slot].queue.first() {
      guard flows[Int(flow)].head >= 0 else {
        rooms[slot].queue.remove(flow)
        continue
      }
      let demand = Int(tickets[flows[Int(flow)].head].demand)
      let cost = cost(of: demand, at: slot)
      let bucket = rooms[slot].bucket
      switch availability(of: bucket, cost: cost) {
      case .now: break
      case .at(let instant):
        bucketDeadlines.schedule(slot, at: instant)
        return
      case .afterResponse, .never:
        bucketDeadlines.cancel(slot)
        return
      }
      if run(flow, wakenBy: slot) { continue }
      fruitless += 1
      if fruitless >= AdmissionEngine.fruitlessWakes {
        let pause = clock.advanced(byNanoseconds: AdmissionEngine.fruitlessPause)
        bucketDeadlines.schedule(slot, at: pause)
        return
      }
    }
    bucketDeadlines.cancel(slot)
  }

  /// When a bucket has room for `cost` besides what it keeps for others.
  func availability(of bucket: Bucket, cost: Int) -> Availability {
    let promised = rooms[bucket.slot].promised
    if promised == 0 { return bucket.availability(cost: cost, at: clock) }
    let answer = bucket.availability(cost: cost + promised, at: clock)
    if answer == .never || (answer == .now && !bucket.hold.isOpen) { return .afterResponse }
    return answer
  }

  private func cost(of demand: Int, at slot: Int) -> Int {
    for set in demands[demand].sets {
      for entry in set.entries where entry.bucket.slot == slot { return entry.cost }
    }
    return 1
  }

  private func tryHead(_ flow: Int32, wakenBy waker: Int) -> Bool {
    let ticket = flows[Int(flow)].head
    let demand = Int(tickets[ticket].demand)
    refresh(demand)
    dropPromise(flow)
    let member = flows[Int(flow)].member(flow, weight: lanes[lane(of: ticket)].weight)
    let sets = demands[demand].sets
    parking.removeAll(keepingCapacity: true)
    var best = -1
    var bestShare = -1.0
    for (index, set) in sets.enumerated() {
      let blocker = blocker(in: set, member)
      if blocker >= 0 {
        parking.append(Int32(blocker))
      } else if sets.count == 1 {
        best = index
      } else {
        let share = share(left: set)
        if share > bestShare {
          best = index
          bestShare = share
        }
      }
    }
    if best >= 0 {
      grant(ticket, candidate: best, set: sets[best], member)
      return true
    }
    park(member, sets: sets, wakenBy: waker)
    return false
  }

  /// The bucket of a set that stands longest in a flow's way, or -1 when none does.
  ///
  /// A bucket others wait for stands in the way unless it is this flow's turn there.
  private func blocker(in set: LimitSet, _ member: FairQueue.Member) -> Int {
    var found = -1
    var latest = Int64.min
    for entry in set.entries {
      let slot = entry.bucket.slot
      var time: Int64
      switch availability(of: entry.bucket, cost: entry.cost) {
      case .now:
        if rooms[slot].queue.isEmpty { continue }
        rooms[slot].queue.insert(member)
        enroll(member.flow, in: slot)
        if rooms[slot].queue.first() == member.flow { continue }
        time = clock.nanoseconds
      case .at(let instant): time = instant.nanoseconds
      case .afterResponse: time = clock.nanoseconds + LimitSet.responseGuess
      case .never: time = .max
      }
      if time > latest {
        latest = time
        found = slot
      }
    }
    return found
  }

  /// The smallest share of its capacity that any bucket of the set has left.
  private func share(left set: LimitSet) -> Double {
    var least = 1.0
    for entry in set.entries where !entry.bucket.isGate {
      let left = entry.bucket.left(at: clock)
      least = min(least, Double(left) / Double(max(1, entry.bucket.state.capacity)))
    }
    return least
  }

  private func grant(_ ticket: Int32, candidate: Int, set: LimitSet, _ member: FairQueue.Member) {
    let flow = Int(member.flow)
    unlink(ticket)
    ticketDeadlines.cancel(Int(ticket))
    tickets[ticket].state = .granted
    tickets[ticket].attempt += 1
    tickets[ticket].candidate = Int16(truncatingIfNeeded: candidate)
    tickets[ticket].taken = clock.nanoseconds
    tickets[ticket].written = .min
    tickets[ticket].isLate = false
    tickets[ticket].isAnswered = false
    tokens += 1
    tickets[ticket].token = tokens
    set.take(token: tokens, at: clock)
    for entry in set.entries where !rooms[entry.bucket.slot].queue.isIdle {
      rooms[entry.bucket.slot].queue.serve(member, cost: entry.cost)
      markDirty(entry.bucket.slot)
    }
    let isOver = flows[flow].head < 0
    if !flows[flow].enrolled.isEmpty { leaveOthers(member.flow, set: set, isOver: isOver) }
    let lane = Int(member.lane)
    let key = key(of: ticket)
    if let key { apis[Int(lanes[lane].api)].inFlight[key] += 1 }
    let waited = Duration.nanoseconds(tickets[ticket].waited)
    lanes[lane].granted += 1
    lanes[lane].waits.record(waited)
    let grant = Grant(
      ticket: tickets.id(ticket), key: key, attempt: Int(tickets[ticket].attempt), waited: waited)
    if ticket == arriving {
      arrivingResult = .granted(grant)
    } else {
      actions.append(.grant(grant))
    }
  }

  /// After a grant a flow's places at other keys' buckets go to its next head, if it has one.
  private func leaveOthers(_ flow: Int32, set: LimitSet, isOver: Bool) {
    let enrolled = flows[Int(flow)].enrolled
    flows[Int(flow)].enrolled.removeAll(keepingCapacity: !isOver)
    for slot in enrolled {
      if set.entries.contains(where: { $0.bucket.slot == Int(slot) }) { continue }
      let stood: Bool
      if isOver {
        stood = rooms[Int(slot)].queue.remove(flow)
      } else {
        stood = rooms[Int(slot)].queue.suspend(flow)
        flows[Int(flow)].enrolled.append(slot)
      }
      if stood { markDirty(Int(slot)) }
    }
  }

  /// Lets a blocked head wait in `parking`; elsewhere it keeps its place only.
  private func park(_ member: FairQueue.Member, sets: [LimitSet], wakenBy waker: Int) {
    for slot in parking {
      rooms[Int(slot)].queue.insert(member)
      enroll(member.flow, in: Int(slot))
      if rooms[Int(slot)].queue.first() == member.flow { markDirty(Int(slot)) }
    }
    for slot in flows[Int(member.flow)].enrolled where !parking.contains(slot) {
      if rooms[Int(slot)].queue.suspend(member.flow) { markDirty(Int(slot)) }
    }
    guard waker >= 0, !parking.contains(Int32(waker)) else { return }
    var cost = 0
    for (index, set) in sets.enumerated() {
      guard let entry = set.entries.first(where: { $0.bucket.slot == waker }) else { continue }
      guard isAbove(Int(parking[index]), waker) else { return }
      cost = entry.cost
    }
    flows[Int(member.flow)].promiser = Int32(waker)
    flows[Int(member.flow)].promised = Int32(clamping: cost)
    rooms[waker].promised += cost
  }

  /// Whether a flow may keep room at `lower` while it waits at `upper`.
  ///
  /// Buckets that cover each other are put in one order, so that no two flows ever keep what the
  /// other waits for.
  private func isAbove(_ upper: Int, _ lower: Int) -> Bool {
    guard covers(upper, lower) else { return false }
    return !covers(lower, upper) || rooms[upper].key.rule < rooms[lower].key.rule
  }

  /// Whether whoever takes from `narrow` takes from `wide` too: then nobody at `narrow` loses when
  /// it keeps room for one who waits at `wide`, and its waiters need not all move there.
  func covers(_ wide: Int, _ narrow: Int) -> Bool {
    let wideKey = rooms[wide].key
    let narrowKey = rooms[narrow].key
    guard wideKey.api == narrowKey.api, wideKey.rule != BucketKey.endpointGate else { return false }
    let api = apis[Int(wideKey.api)]
    var dimensions = scope(of: wideKey)
    if !api.hasManyKeys { dimensions.remove(.key) }
    guard dimensions.isSubset(of: scope(of: narrowKey)) else { return false }
    guard wideKey.rule >= 0 else { return true }
    if narrowKey.rule < 0 { return api.rules.limits[Int(wideKey.rule)].match.isEmpty }
    return api.covers[Int(wideKey.rule)][Int(narrowKey.rule)]
  }
}
