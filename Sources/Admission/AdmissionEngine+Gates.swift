import Feedback
import Limits
import Policy
import Timekeeping

extension AdmissionEngine {
  /// Shuts an account of an API: its requests wait, in order, until it is opened.
  ///
  /// - Returns: Whether that could be done: not when more buckets are in use than are kept.
  public func close(account: String, api: Int, at now: Instant) -> Bool {
    begin(now)
    defer { end() }
    let name = names.retain(BoundedName.text(account))
    defer { names.release(name) }
    let key = BucketKey(api: Int32(api), rule: BucketKey.accountGate, account: name)
    guard room(key) != nil || makeRoomForBuckets(1) else { return false }
    rooms[findOrMakeGate(key)].bucket.updateHold { $0.shut() }
    return true
  }

  /// Opens an account that was shut, or that answers have blocked.
  ///
  /// - Returns: Whether there was anything to open.
  public func open(account: String, api: Int, at now: Instant) -> Bool {
    begin(now)
    defer { end() }
    let name = names.retain(BoundedName.text(account))
    defer { names.release(name) }
    let key = BucketKey(api: Int32(api), rule: BucketKey.accountGate, account: name)
    guard let slot = room(key), !rooms[slot].bucket.hold.isOpen else {
      return false
    }
    rooms[slot].bucket.updateHold { $0.open() }
    markDirty(slot)
    return true
  }

  /// A key of an API has another secret: if it was turned away it is tried again at once, and what
  /// answers say of requests sent before is not about it.
  public func renewed(key: Int, api: Int, at now: Instant) {
    begin(now)
    defer { end() }
    apis[api].renewals[key] = clock
    let gate = BucketKey(api: Int32(api), rule: BucketKey.keyGate, key: Int32(key))
    guard let slot = room(gate), rooms[slot].bucket.hold.isOut else { return }
    rooms[slot].bucket.updateHold { $0.tryAgain() }
    markDirty(slot)
    chooseAgain(api)
  }

  /// The gate of a scope; one that did not exist joins the sets of buckets when they are next asked.
  func gate(of scope: Signal.Scope, flow: FlowKey, by slot: Int32) -> Int {
    let api = lanes[Int(flow.lane)].api
    let number = keyNumber(of: slot)
    switch scope {
    case .account, .narrowest:
      return findOrMakeGate(
        BucketKey(api: api, rule: BucketKey.accountGate, account: flow.account))
    case .endpoint:
      let endpoint = demands[Int(tickets[slot].demand)].key.endpoint
      return findOrMakeGate(
        BucketKey(api: api, rule: BucketKey.endpointGate, key: number, endpoint: endpoint))
    case .key where number != -1:
      return findOrMakeGate(BucketKey(api: api, rule: BucketKey.keyGate, key: number))
    case .key, .api:
      return findOrMakeGate(BucketKey(api: api, rule: BucketKey.connections))
    }
  }

  private func findOrMakeGate(_ key: BucketKey) -> Int {
    if let found = room(key) { return found }
    apis[Int(key.api)].epoch += 1
    return makeRoom(key, state: .unlimited)
  }

  /// The number buckets know a ticket's key by.
  func keyNumber(of slot: Int32) -> Int32 {
    let flow = flows[Int(tickets[slot].flow)].key
    if flow.ownKey >= 0 { return -2 - flow.ownKey }
    return key(of: slot).map { Int32($0) } ?? -1
  }

  /// The name of the pool key a key gate stands for.
  func keyName(_ gate: Int) -> String {
    let key = rooms[gate].key
    return apis[Int(key.api)].rules.keys[Int(key.key)].name
  }

  /// An answer for the caller: strikes are forgiven, and scopes it was the probe of open, but for
  /// those that only a good answer opens.
  func succeed(_ slot: Int32, isGood: Bool) {
    let demand = Int(tickets[slot].demand)
    let range = demands[demand].range(of: Int(tickets[slot].candidate))
    if rooms.areClean(demands[demand].draws, range) { return }
    let sent = Instant(nanoseconds: tickets[slot].taken)
    let token = tickets[slot].token
    for draw in draws(of: slot) where !rooms[Int(draw.slot)].bucket.isClean {
      let wasOut = rooms[Int(draw.slot)].bucket.hold.isOut
      let changed = rooms[Int(draw.slot)].bucket.updateHold {
        isGood || !$0.needsGoodAnswer
          ? $0.succeeded(token: token, sent: sent, at: clock) : $0.abandon(token: token)
      }
      if changed { opened(Int(draw.slot), wasOut: wasOut) }
    }
  }

  /// A scope is open again, or lets another probe go.
  private func opened(_ slot: Int, wasOut: Bool) {
    markDirty(slot)
    let key = rooms[slot].key
    guard wasOut, !rooms[slot].bucket.hold.isOut, key.rule == BucketKey.keyGate, key.key >= 0
    else { return }
    notice(Int(key.api), .keyBack(key: keyName(slot)))
    chooseAgain(Int(key.api))
  }

  /// Scopes a ticket was the probe of open: its answer blames another.
  ///
  /// A batch it was the first of goes on with another one, still alone, and so does what only a
  /// good answer opens, unless the answer was one of a limit.
  func releaseProbes(_ slot: Int32, isLimit: Bool) {
    let token = tickets[slot].token
    for draw in draws(of: slot) where !rooms[Int(draw.slot)].bucket.hold.isOpen {
      let isBatch = rooms[Int(draw.slot)].key.rule == BucketKey.batchGate
      let wasOut = rooms[Int(draw.slot)].bucket.hold.isOut
      let isChanged = rooms[Int(draw.slot)].bucket.updateHold {
        isBatch || (!isLimit && $0.needsGoodAnswer)
          ? $0.abandon(token: token) : $0.release(token: token)
      }
      if isChanged { opened(Int(draw.slot), wasOut: wasOut) }
    }
  }

  /// Scopes a ticket was the probe of let another one try: it will have no answer.
  func abandonProbes(_ slot: Int32) {
    let token = tickets[slot].token
    for draw in draws(of: slot) where !rooms[Int(draw.slot)].bucket.hold.isOpen {
      if rooms[Int(draw.slot)].bucket.updateHold({ $0.abandon(token: token) }) {
        markDirty(Int(draw.slot))
      }
    }
  }

  /// The word for a bucket in refusals: its limit's name, or what of it is held.
  func limitName(_ slot: Int) -> String {
    let key = rooms[slot].key
    let rules = apis[Int(key.api)].rules
    switch key.rule {
    case BucketKey.connections:
      return rooms[slot].bucket.hold.isHeld(at: clock) ? "api" : "connections"
    case BucketKey.keyGate: return key.key >= 0 ? "key \(rules.keys[Int(key.key)].name)" : "own key"
    case BucketKey.accountGate: return "account"
    case BucketKey.endpointGate: return "endpoint"
    case BucketKey.batchGate: return "batch"
    default: return rules.limits[Int(key.rule)].name
    }
  }

  /// Tells the operator that a limit is not what was stated, at most every ten seconds.
  func tell(_ event: Notice.Event, of slot: Int, _ reason: String?) {
    let key = rooms[slot].key
    if key.rule >= 0 {
      let last = apis[Int(key.api)].toldOf[Int(key.rule)]
      guard last.map({ clock - $0 >= .seconds(10) }) ?? true else { return }
      apis[Int(key.api)].toldOf[Int(key.rule)] = clock
    }
    notice(Int(key.api), event, reason)
  }

  func notice(_ api: Int, _ event: Notice.Event, _ reason: String? = nil) {
    guard actions.count < AdmissionEngine.mostLooks * 4 else { return }
    actions.append(.notice(Notice(api: apis[api].rules.name, event: event, reason: reason)))
  }
}
