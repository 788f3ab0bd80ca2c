import Policy
import Timekeeping

extension AdmissionEngine {
  /// Takes a request in.
  ///
  /// The deadline is the shorter of the lane's and the caller's patience, and holds for all
  /// attempts. A request that cannot meet it is refused now, and costs nothing.
  ///
  /// - Parameter patience: how long the caller would wait (`Prefer: wait`, RFC 7240); it can only
  ///   shorten the lane's.
  public func admit(_ route: Route, patience: Duration? = nil, at now: Instant) -> Arrival {
    begin(now)
    defer { sweep() }
    let lane = firstLane[route.api] + route.lane
    if let refusal = refusalAtOnce(route) { return refuseArrival(lane, refusal) }
    guard let demand = findOrMakeDemand(route, lane: lane) else {
      return refuseArrival(
        lane,
        Refusal(
          reason: .tooManyBuckets, limit: nil, retryAfter: .seconds(10),
          detail: "More accounts and endpoints are in use than the proxy keeps limits for."))
    }
    var span = lanes[lane].maxWait
    if let patience { span = min(span, patience.wholeNanoseconds) }
    let flow = demands[Int(demand)].key.flow
    sequence += 1
    let slot = tickets.make(
      flow: flow, demand: demand, sequence: sequence,
      deadline: clock.nanoseconds.clampedAdding(max(0, span)), repeatability: route.repeatability)
    demands[Int(demand)].count(live: 1, at: clock)
    if flows[Int(flow)].head < 0, let grant = grantAtOnce(slot, lane: lane) {
      return .granted(grant)
    }
    return enter(slot, lane: lane)
  }

  /// Lets a request compete, and wait if it has to.
  private func enter(_ slot: Int32, lane: Int) -> Arrival {
    let flow = tickets[slot].flow
    arriving = slot
    arrivingResult = nil
    append(slot)
    // Only a head competes; behind another nothing changes.
    if flows[Int(flow)].head == slot {
      run(flow)
      end()
    }
    arriving = -1
    if let result = arrivingResult { return result }
    if let refusal = refusalToWait(slot, lane: lane) {
      leave(slot)
      end()
      return refuseArrival(lane, refusal)
    }
    ticketDeadlines.schedule(Int(slot), at: Instant(nanoseconds: tickets[slot].deadline))
    return .waiting(tickets.id(slot))
  }

  /// Why a request is not taken in, whatever has room.
  private func refusalAtOnce(_ route: Route) -> Refusal? {
    if let drainEnd {
      return Refusal(
        reason: .draining, limit: nil, retryAfter: max(.seconds(1), drainEnd - clock),
        detail: "The proxy is shutting down and takes no new requests.")
    }
    for charge in route.charges {
      let most = apis[route.api].facts[charge.limit].largestCost
      guard charge.cost > most else { continue }
      let name = apis[route.api].rules.limits[charge.limit].name
      return Refusal(
        reason: .neverFits, limit: name, retryAfter: .seconds(86_400),
        detail: "The request costs \(charge.cost) of the limit \(name), "
          + "which never allows more than \(most).")
    }
    return nil
  }

  /// Why a ticket that would have to wait cannot.
  private func refusalToWait(_ slot: Int32, lane: Int) -> Refusal? {
    let deadline = Instant(nanoseconds: tickets[slot].deadline)
    let outlook = predictedStart(slot)
    let delay = max(.seconds(1), outlook.start - clock)
    let name = limitName(outlook.slot)
    if lanes[lane].waiting > queues.perLane {
      return Refusal(
        reason: .laneFull, limit: name, retryAfter: delay,
        detail: "\(queues.perLane) requests wait in the lane \(lanes[lane].name) already.")
    }
    if waiting > queues.total {
      return Refusal(
        reason: .queueFull, limit: name, retryAfter: delay,
        detail: "\(queues.total) requests wait already.")
    }
    if let batch = failedBatch(of: slot) { return batch }
    guard outlook.start > deadline || deadline <= clock else { return nil }
    return Refusal(
      reason: reason(of: outlook.slot, otherwise: .deadline), limit: name,
      retryAfter: outlook.start - clock,
      detail: "The limit \(name) has no room before the deadline.")
  }

  private func refuseArrival(_ lane: Int, _ refusal: Refusal) -> Arrival {
    lanes[lane].refused += 1
    return .refused(refusal)
  }

  /// The caller of a waiting ticket left: its place is free at once, and it cost nothing.
  ///
  /// Tickets that do not wait are left alone.
  public func cancel(_ ticket: TicketID, at now: Instant) {
    // Before what is due: that could grant it, and nobody would give the grant back.
    if now > clock { clock = now }
    if let slot = tickets.find(ticket), tickets[slot].state == .waiting {
      lanes[lane(of: slot)].cancelled += 1
      leave(slot)
    }
    begin(now)
    end()
  }

  /// Takes a waiting ticket out of its queue and forgets it.
  func leave(_ slot: Int32) {
    let flow = tickets[slot].flow
    let wasHead = flows[Int(flow)].head == slot
    unlink(slot)
    ticketDeadlines.cancel(Int(slot))
    free(slot)
    guard wasHead else { return }
    restart(flow)
  }
}
