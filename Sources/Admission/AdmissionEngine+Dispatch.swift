import Limits
import Scheduling
import Timekeeping

extension AdmissionEngine {
  /// How soon a response is taken to come where it is compared with an instant: 100 ms.
  static let responseGuess: Int64 = 100_000_000

  /// Grants a flow's heads while they fit; the first that does not waits in the rooms of the
  /// buckets that block it.
  ///
  /// - Parameter wakenBy: the bucket that had room and woke it, or -1.
  /// - Returns: Whether a head was granted.
  @discardableResult
  func run(_ flow: Int32, wakenBy: Int = -1) -> Bool {
    var waker = wakenBy
    var granted = false
    while flows[Int(flow)].head >= 0 {
      let head = flows[Int(flow)].head
      if isResting(flow) {
        flowDeadlines.schedule(
          Int(flow), at: Instant(nanoseconds: tickets[head].notBefore))
        break
      }
      let trial = tryHead(flow, wakenBy: waker)
      if trial == .waits { break }
      if trial == .tooLarge { turnAway(head) } else { granted = true }
      waker = -1
    }
    return granted
  }

  /// Wakes front waiters of a bucket in fair order while it has room.
  func pump(_ slot: Int) {
    var fruitless = 0
    while let flow = front(slot) {
      let head = flows[Int(flow)].head
      guard head >= 0 else {
        rooms[slot].queue.remove(flow)
        continue
      }
      let draw = draw(of: Int(tickets[head].demand), at: slot)
      let answer = availability(of: draw)
      guard answer == .now || isTooLarge(draw) else { return lookAgain(slot, answer) }
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

  private enum Trial {
    case granted
    case waits
    /// Every limit it could use has shrunk below what it takes.
    case tooLarge
  }

  private func tryHead(_ flow: Int32, wakenBy waker: Int) -> Trial {
    let ticket = flows[Int(flow)].head
    let demand = Int(tickets[ticket].demand)
    refresh(demand)
    dropPromise(flow)
    let member = member(of: flow, head: ticket)
    let choice = choice(of: ticket)
    let isAlone = demands[demand].candidates == 1
    parking.removeAll(keepingCapacity: true)
    var best = -1
    var bestShare = -1.0
    var first = 0
    for candidate in 0..<Int(demands[demand].candidates) {
      let end = demands[demand].end(from: first)
      defer { first = end }
      guard choice.allows(candidate) else {
        parking.append(-1)
        continue
      }
      if (first..<end).contains(where: { isTooLarge(demands[demand].draws[$0]) }) {
        parking.append(-1)
        continue
      }
      let blocker = blocker(demand, first..<end, member)
      parking.append(Int32(blocker))
      guard blocker < 0 else { continue }
      let share =
        isAlone ? 1 : share(left: demand, first..<end, candidate == choice.preferred)
      if share > bestShare {
        best = candidate
        bestShare = share
      }
    }
    if best >= 0 {
      grant(ticket, candidate: best, member)
      return .granted
    }
    park(member, demand, wakenBy: waker)
    return parking.contains { $0 >= 0 } ? .waits : .tooLarge
  }

  /// The bucket of a key that stands longest in a flow's way, or -1 when none does.
  ///
  /// A bucket others wait for stands in the way unless it is this flow's turn there.
  private func blocker(_ demand: Int, _ range: Range<Int>, _ member: FairQueue.Member) -> Int {
    var found = -1
    var latest = Int64.min
    for index in range {
      let draw = demands[demand].draws[index]
      let slot = Int(draw.slot)
      var time: Int64
      switch availability(of: draw) {
      case .now:
        if rooms[slot].queue.isEmpty { continue }
        stand(member, demand, draw)
        if front(slot) == member.flow { continue }
        time = clock.nanoseconds
      case .at(let instant): time = instant.nanoseconds
      case .afterResponse: time = clock.nanoseconds + AdmissionEngine.responseGuess
      case .never: time = .max
      }
      if time > latest {
        latest = time
        found = slot
      }
    }
    return found
  }

  /// Lets a flow's head stand in the queue of the bucket it draws from.
  private func stand(_ member: FairQueue.Member, _ demand: Int, _ draw: Draw) {
    let slot = Int(draw.slot)
    var member = member
    if member.reserve > 0 { member.reserve = reserve(member, draw) }
    member.units = Int32(clamping: Int(flows[Int(member.flow)].waiting) * Int(draw.cost))
    rooms[slot].queue.insert(member, at: clock)
    enroll(member.flow, in: slot)
  }

  /// Nanoseconds for each unit of a bucket that is reserved for a lane.
  ///
  /// A lane's reserve counts requests, and is for all its keys together.
  func reserve(_ member: FairQueue.Member, _ draw: Draw) -> Int64 {
    let hasKey = rooms[Int(draw.slot)].key.key >= 0
    let keys = hasKey ? lanes[Int(member.lane)].keyNumbers.count : 1
    return max(1, member.reserve.clampedMultiplied(by: Int64(keys)) / Int64(draw.cost))
  }

  private func grant(_ ticket: Int32, candidate: Int, _ member: FairQueue.Member) {
    let flow = Int(member.flow)
    let demand = Int(tickets[ticket].demand)
    unlink(ticket)
    ticketDeadlines.cancel(Int(ticket))
    take(ticket, candidate: candidate)
    let range = demands[demand].range(of: candidate)
    let isOver = flows[flow].head < 0
    for index in range {
      let draw = demands[demand].draws[index]
      let slot = Int(draw.slot)
      guard !rooms[slot].queue.isIdle else { continue }
      let stays = !isOver && flows[flow].enrolled.contains(draw.slot)
      rooms[slot].queue.serve(member, cost: Int(draw.cost), isOver: !stays, at: clock)
      markDirty(slot)
    }
    if !flows[flow].enrolled.isEmpty { leaveOthers(member.flow, demand, range, isOver: isOver) }
    let grant = count(ticket, lane: Int(member.lane))
    if ticket == arriving {
      arrivingResult = .granted(grant)
    } else {
      actions.append(.grant(grant))
    }
  }

  /// After a grant a flow's places at other keys' buckets go to its next head, if it has one.
  private func leaveOthers(_ flow: Int32, _ demand: Int, _ range: Range<Int>, isOver: Bool) {
    let enrolled = flows[Int(flow)].enrolled
    flows[Int(flow)].enrolled.removeAll(keepingCapacity: !isOver)
    for slot in enrolled {
      if range.contains(where: { demands[demand].draws[$0].slot == slot }) {
        // Its place behind what it has used is kept for its next head.
        if !isOver { flows[Int(flow)].enrolled.append(slot) }
        continue
      }
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
  private func park(_ member: FairQueue.Member, _ demand: Int, wakenBy waker: Int) {
    for slot in parking where slot >= 0 {
      stand(member, demand, draw(of: demand, at: Int(slot)))
      // One with a reserved share may have its turn before those ahead have room.
      let mayPass = member.reserve > 0 && Int(slot) != waker
      if mayPass || front(Int(slot)) == member.flow { markDirty(Int(slot)) }
    }
    for slot in flows[Int(member.flow)].enrolled where !parking.contains(slot) {
      if rooms[Int(slot)].queue.suspend(member.flow) { markDirty(Int(slot)) }
    }
    guard waker >= 0, !parking.contains(Int32(waker)) else { return }
    var cost = 0
    for draw in demands[demand].draws where draw.slot == waker {
      let place = parking[Int(draw.candidate)]
      guard place >= 0, isAbove(Int(place), waker) else { return }
      cost = Int(draw.cost)
    }
    flows[Int(member.flow)].promiser = Int32(waker)
    flows[Int(member.flow)].promised = Int32(clamping: cost)
    rooms[waker].promised += cost
  }
}
