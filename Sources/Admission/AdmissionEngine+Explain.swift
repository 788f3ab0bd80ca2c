import Limits
import Policy
import Timekeeping

extension AdmissionEngine {
  /// What a request would meet if it came at `now`.
  ///
  /// Changes nothing: no ticket, bucket or name stays behind. Takes time proportional to the
  /// tickets that wait. Headers that carry credentials never appear, even where the policy takes
  /// accounts or callers from them.
  public func explain(_ route: Route, at now: Instant) -> Explanation {
    let now = max(now, clock)
    let request = ExplainedRequest(route, in: self)
    let api = apis[route.api].rules
    let ahead = ticketsAhead(of: request)
    let options = request.keys.map { outlook(of: request, key: $0, ahead: ahead, at: now) }
    let best =
      options.min { ($0.start, $0.blocker == nil ? 0 : 1) < ($1.start, $1.blocker == nil ? 0 : 1) }
      ?? options[0]
    let start = expectedStart(of: request, unless: best)
    let longest = options.map(\.latest).min() ?? best.latest
    var explanation = Explanation(
      wall: wall + (now - clock), api: api.name, lane: lanes[request.lane].name,
      account: shown(account: route.account, of: api), caller: shown(caller: route.caller),
      endpoint: route.endpoint, patience: Duration(nanoseconds: lanes[request.lane].maxWait),
      keys: zip(request.keys, options).map { number, option in
        Explanation.KeyOutlook(
          key: number >= 0 ? api.keys[Int(number)].name : nil,
          wait: AdmissionEngine.span(to: option.start, from: now), buckets: option.rows)
      },
      wait: AdmissionEngine.span(to: start, from: now),
      longestWait: AdmissionEngine.span(to: max(start, longest), from: now),
      aheadInFlow: ahead.count, aheadInLane: lanes[request.lane].waiting)
    if let blocker = best.blocker {
      explanation.blocker = Explanation.Blocker(
        limit: blocker.row.limit, of: blocker.row.of,
        opens: AdmissionEngine.span(to: blocker.opens, from: now),
        accounts: waiters(at: blocker.slot, of: api))
    }
    explanation.refusal = expectedRefusal(explanation, request)
    return explanation
  }

  /// When admission would expect a request to go that nothing is kept of but what it may take.
  private func expectedStart(of request: ExplainedRequest, unless best: ExplainedKey) -> Instant {
    guard best.blocker != nil, let (flow, demand) = findDemand(request),
      !demands[demand].draws.isEmpty
    else { return best.start }
    refresh(demand)
    let lane = lanes[request.lane]
    var chosen = Choice()
    if lane.isSticky, lane.keys.count > 1, let account = request.route.account {
      chosen = choice(ofAccount: account, lane)
    }
    let place = Place(
      member: member(of: request.flow), demand: demand, ahead: Int(flows[Int(flow)].waiting),
      last: flows[Int(flow)].tail)
    return max(
      best.start == .distantFuture ? best.start : clock, predictedStart(place, chosen).start)
  }

  /// Why a request would be refused at its arrival, as far as that can be told beforehand.
  private func expectedRefusal(
    _ explanation: Explanation, _ request: ExplainedRequest
  ) -> Refusal.Reason? {
    if drainEnd != nil { return .draining }
    let limits = apis[request.route.api].rules.limits
    let isTooLarge = request.route.charges.contains { charge in
      let kind = limits[charge.limit].kind
      return kind.countsCosts && charge.cost > kind.largestCost
    }
    if isTooLarge { return .neverFits }
    guard explanation.wait != .zero || explanation.blocker != nil else { return nil }
    if lanes[request.lane].waiting >= queues.perLane { return .laneFull }
    if waiting >= queues.total { return .queueFull }
    let isTooLong = explanation.wait.map { $0 > explanation.patience } ?? true
    return isTooLong ? .deadline : nil
  }

  /// The demands of the tickets that wait in the request's own flow.
  private func ticketsAhead(of request: ExplainedRequest) -> [Int32] {
    var ahead: [Int32] = []
    guard let flow = findFlow(request.flow) else { return ahead }
    var ticket = flows[Int(flow)].head
    while ticket >= 0 {
      ahead.append(tickets[ticket].demand)
      ticket = tickets[ticket].next
    }
    return ahead
  }

  /// At most five accounts with the most tickets that wait for a bucket.
  private func waiters(at slot: Int?, of api: Api) -> [Explanation.Waiters] {
    guard let slot else { return [] }
    var counts: [Int32: Int] = [:]
    for ticket in tickets.slots
    where ticket.state == .waiting && units(of: ticket.demand, from: slot) > 0 {
      counts[flows[Int(ticket.flow)].key.account, default: 0] += 1
    }
    return counts.map { account, count in
      let name = account >= 0 ? names.text(account) : nil
      return Explanation.Waiters(account: shown(account: name, of: api), waiting: count)
    }.sorted { ($1.waiting, $0.account ?? "") < ($0.waiting, $1.account ?? "") }
      .prefix(5).map { $0 }
  }

  private static func span(to instant: Instant, from now: Instant) -> Duration? {
    instant == .distantFuture ? nil : max(.zero, instant - now)
  }
}
