import Feedback
import Limits
import Policy
import Timekeeping

extension AdmissionEngine {
  /// The smallest round trip the network has shown to an API (`tcpi_min_rtt`), for windows shorter
  /// than 10 s (limits-science.md 3.2, T2).
  public func learn(roundTripFloor: Duration, api: Int, at now: Instant) {
    if now > clock { clock = now }
    apis[api].floor.learn(roundTripFloor.wholeNanoseconds, at: clock)
  }

  /// Moves the buckets answers speak of inside what they prove (limits-science.md section 4).
  func observe(_ estimates: [Estimate], by ticket: Int32) {
    let sent = Instant(nanoseconds: tickets[ticket].taken)
    for estimate in estimates {
      guard let draw = draw(meant: estimate, by: ticket) else { continue }
      let slot = Int(draw.slot)
      let seen = Observation(
        limit: estimate.isOnlyUpperBound ? nil : estimate.limit, remaining: estimate.remaining,
        window: estimate.window, reset: estimate.reset, resetMeaning: estimate.meaning.limits,
        isOnlyUpperBound: estimate.isOnlyUpperBound)
      let outcome = rooms[slot].bucket.observe(
        seen, sent: sent, taken: Int(draw.cost), at: clock)
      switch outcome {
      case .ignored, .agreed, .lowered: continue
      case .raised: markDirty(slot)
      case .resized(_, let limit):
        markDirty(slot)
        tell(.limitMoved(limit: limitName(slot), to: limit), of: slot, nil)
      }
    }
  }

  /// Replaces what was reserved by what the answer says was taken.
  func settleCosts(_ slot: Int32, _ spent: [Spent]) {
    for item in spent {
      for draw in draws(of: slot)
      where rooms[Int(draw.slot)].key.rule == Int32(clamping: item.limit) {
        // More than that is nonsense, and a debt for years.
        let most = min(rooms[Int(draw.slot)].bucket.capacity, Int(Int32.max)) * 10
        let difference = Int(draw.cost) - min(max(0, item.units), max(most, Int(draw.cost)))
        guard difference != 0 else { continue }
        rooms[Int(draw.slot)].bucket.adjust(by: difference, at: clock)
        markDirty(Int(draw.slot))
      }
    }
  }

  /// The bucket of a ticket's limit of this name.
  func bucket(named name: String, of slot: Int32) -> Int? {
    for draw in draws(of: slot) {
      if rule(of: Int(draw.slot))?.name == name { return Int(draw.slot) }
    }
    return nil
  }

  /// Which of a ticket's draws an estimate speaks of; nil when that is not one.
  ///
  /// One with a name speaks of the limit of that name, or of the limit with the same number: it may
  /// count something else than requests. One without speaks of the only limit that counts every
  /// request of its scope.
  private func draw(meant estimate: Estimate, by ticket: Int32) -> Draw? {
    var found: Draw?
    let window = estimate.window?.wholeNanoseconds
    let demand = Int(tickets[ticket].demand)
    let draws = demands[demand].draws
    let api = api(of: ticket)
    let facts = apis[api].facts
    for index in demands[demand].range(of: Int(tickets[ticket].candidate)) {
      let draw = draws[index]
      let rule = Int(rooms[Int(draw.slot)].key.rule)
      guard rule >= 0 else { continue }
      if let name = estimate.name, name == apis[api].rules.limits[rule].name { return draw }
      let fact = facts[rule]
      guard fact.countsAll, fact.isCounted, fact.scope.isMeant(by: estimate.scope)
      else { continue }
      if let window, fact.period != 0, fact.period != window { continue }
      if estimate.name != nil, estimate.limit != rooms[Int(draw.slot)].bucket.capacity { continue }
      if found != nil { return nil }
      found = draw
    }
    return found
  }
}

extension LimitScope {
  /// Whether a limit of this scope is one of the scope an answer names.
  func isMeant(by scope: Signal.Scope) -> Bool {
    switch scope {
    case .key: self == .key
    case .account: contains(.account) && !contains(.endpoint)
    case .endpoint: contains(.endpoint)
    case .api: self == .api
    case .narrowest: false
    }
  }
}

extension ResetField.Meaning {
  var limits: ResetMeaning {
    switch self {
    case .windowEnd: .windowEnd
    case .full: .full
    case .nextSlot: .nextSlot
    case .oldestExpires: .oldestExpires
    }
  }
}
