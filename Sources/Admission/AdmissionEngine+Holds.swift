import Feedback
import Limits
import Policy
import Timekeeping

extension AdmissionEngine {
  /// Within this span three accounts blamed on one key blame the key.
  static let escalationSpan: Int64 = 2_000_000_000
  static let escalationAccounts = 3

  /// Does to the scope an answer blames what its class asks for (limits-science.md 6.4).
  ///
  /// - Returns: The slot of the bucket that is held, if one is.
  func hold(_ signal: Signal, by slot: Int32) -> Int? {
    switch signal.kind {
    case .limit: return block(signal, .limit, by: slot)
    case .quota: return block(signal, .quota, by: slot)
    case .softBlock: return block(signal, .softBlock, by: slot)
    case .overload:
      var meant = signal
      // Without a stated delay it may be this endpoint alone that fails.
      if signal.delay == nil { meant.scope = .endpoint }
      return block(meant, .overload, by: slot)
    case .permanent: return takeOut(signal, by: slot)
    case .concurrency: return narrow(signal, by: slot)
    case .lock, .failure: return nil
    }
  }

  private func block(_ signal: Signal, _ cause: HoldCause, by slot: Int32) -> Int {
    let blamed = blame(signal, by: slot)
    let sent = Instant(nanoseconds: tickets[slot].taken)
    let isNews = !rooms[blamed].bucket.hold.isHeld(at: clock)
    let spread = random.next()
    rooms[blamed].bucket.updateHold {
      $0.block(cause, stated: signal.delay, sent: sent, spread: spread, at: clock)
    }
    if cause == .limit || cause == .softBlock {
      strike(signal, blamed, isNews: isNews, by: slot)
    }
    markDirty(blamed)
    if cause == .quota, isNews {
      notice(
        api(of: slot),
        .quotaUsedUp(scope: limitName(blamed), after: rooms[blamed].bucket.hold.until - clock),
        signal.reason)
    }
    return blamed
  }

  /// Takes the key or the account an answer turned away out of use, until a probe succeeds.
  ///
  /// A caller's own key is the caller's affair: nothing of it is held.
  private func takeOut(_ signal: Signal, by slot: Int32) -> Int? {
    let flow = flows[Int(tickets[slot].flow)].key
    let isAccount = signal.scope == .account && flow.account >= 0
    guard isAccount || (signal.scope == .key && flow.ownKey < 0 && keyNumber(of: slot) >= 0) else {
      return nil
    }
    let sent = Instant(nanoseconds: tickets[slot].taken)
    // The secret that was turned away is not the key's any more.
    if !isAccount, sent < apis[api(of: slot)].renewals[Int(keyNumber(of: slot))] { return nil }
    let gate = gate(of: signal.scope, flow: flow, by: slot)
    let wasOut = rooms[gate].bucket.hold.isOut
    let wasBarred = rooms[gate].bucket.hold.isBarred(at: clock) && !isProbe(slot, of: gate)
    let spread = random.next()
    rooms[gate].bucket.updateHold {
      $0.block(.out, stated: signal.delay, sent: sent, spread: spread, at: clock)
    }
    markDirty(gate)
    if !isAccount { apis[api(of: slot)].outReasons[Int(rooms[gate].key.key)] = signal.reason }
    if !wasBarred, !isAccount { chooseAgain(api(of: slot)) }
    guard !wasOut else { return gate }
    let after = rooms[gate].bucket.hold.until - clock
    let api = api(of: slot)
    if isAccount {
      let name = names.text(flow.account)
      notice(api, .accountOut(account: name, after: after), signal.reason)
    } else {
      notice(api, .keyOut(key: keyName(gate), after: after), signal.reason)
    }
    return gate
  }

  private func isProbe(_ slot: Int32, of gate: Int) -> Bool {
    rooms[gate].bucket.hold.isProbe(tickets[slot].token)
  }

  /// Lowers the semaphore a request counts against to nine tenths; without one its key is held.
  private func narrow(_ signal: Signal, by slot: Int32) -> Int {
    for draw in draws(of: slot) {
      let key = rooms[Int(draw.slot)].key
      guard key.rule >= 0 else { continue }
      let rule = apis[Int(key.api)].rules.limits[Int(key.rule)]
      guard case .concurrency = rule.kind else { continue }
      let before = rooms[Int(draw.slot)].bucket.capacity
      rooms[Int(draw.slot)].bucket.struck(room: true, at: clock)
      if rooms[Int(draw.slot)].bucket.capacity < before {
        tell(.limitTooHigh(limit: rule.name), of: Int(draw.slot), signal.reason)
      }
      markDirty(Int(draw.slot))
      return Int(draw.slot)
    }
    return block(signal, .limit, by: slot)
  }

  /// Tells the limit that is to blame that the provider refused what it had room for.
  private func strike(_ signal: Signal, _ blamed: Int, isNews: Bool, by slot: Int32) {
    let wanted = scope(of: rooms[blamed].key)
    var worst: Int?
    var highest = -1.0
    for draw in draws(of: slot) where rooms[Int(draw.slot)].key.rule >= 0 {
      let isBlamed = Int(draw.slot) == blamed
      guard
        isBlamed || (rooms[blamed].key.rule < 0 && scope(of: rooms[Int(draw.slot)].key) == wanted)
      else { continue }
      let share = isBlamed ? 2 : rooms[Int(draw.slot)].bucket.usedShare(at: clock)
      if share > highest {
        highest = share
        worst = Int(draw.slot)
      }
    }
    guard let worst else { return }
    // Answers to one burst are one soft block.
    if signal.kind == .softBlock, isNews { rooms[worst].bucket.slowDown(at: clock) }
    let before = rooms[worst].bucket.capacity
    rooms[worst].bucket.struck(room: true, at: clock)
    guard rooms[worst].bucket.capacity < before else { return }
    tell(.limitTooHigh(limit: limitName(worst)), of: worst, signal.reason)
  }

  /// The bucket an answer blames: a gate, or a limit that is narrower than the key's.
  private func blame(_ signal: Signal, by slot: Int32) -> Int {
    let flow = flows[Int(tickets[slot].flow)].key
    if let name = signal.bucket, let named = bucket(named: name, of: slot) { return named }
    guard signal.scope == .narrowest else {
      let meant = signal.scope == .account && flow.account < 0 ? .key : signal.scope
      return gate(of: meant, flow: flow, by: slot)
    }
    if escalates(flow: flow, by: slot) { return gate(of: .key, flow: flow, by: slot) }
    if let limit = narrowestLimit(of: slot) { return limit }
    return gate(of: flow.account >= 0 ? .account : .endpoint, flow: flow, by: slot)
  }

  /// The narrow limit of a request that is used most (limits-science.md 6.4).
  private func narrowestLimit(of slot: Int32) -> Int? {
    var found: Int?
    var highest = -1.0
    for draw in draws(of: slot) {
      let key = rooms[Int(draw.slot)].key
      guard key.rule >= 0 else { continue }
      let rule = apis[Int(key.api)].rules.limits[Int(key.rule)]
      let isNarrow =
        rule.scope.contains(.account) || rule.scope.contains(.endpoint) || !rule.match.isEmpty
      guard isNarrow, rule.kind.isCounted else { continue }
      let share = rooms[Int(draw.slot)].bucket.usedShare(at: clock)
      if share > highest {
        highest = share
        found = Int(draw.slot)
      }
    }
    return found
  }

  /// Whether three accounts were blamed on one key within 2 s: then it is the key.
  private func escalates(flow: FlowKey, by slot: Int32) -> Bool {
    guard flow.account >= 0 else { return false }
    let api = Int(lanes[Int(flow.lane)].api)
    let key = keyNumber(of: slot)
    let oldest = clock.nanoseconds - AdmissionEngine.escalationSpan
    apis[api].narrow.removeAll { $0.at < oldest }
    apis[api].narrow.append((clock.nanoseconds, flow.account, key))
    var accounts: Set<Int32> = []
    for entry in apis[api].narrow where entry.key == key { accounts.insert(entry.account) }
    guard accounts.count >= AdmissionEngine.escalationAccounts else { return false }
    apis[api].narrow.removeAll { $0.key == key }
    return true
  }
}
