import Feedback
import Limits
import Timekeeping

extension AdmissionEngine {
  /// Within this span three accounts blamed on one key blame the key.
  static let escalationSpan: Int64 = 2_000_000_000
  static let escalationAccounts = 3

  /// Holds the scope an answer blames.
  ///
  /// - Returns: The slot of the gate that is held.
  func block(_ signal: Signal, by slot: Int32) -> Int {
    let flow = flows[Int(tickets[slot].flow)].key
    let gate = gate(of: resolve(signal.scope, flow: flow, by: slot), flow: flow, by: slot)
    let sent = Instant(nanoseconds: tickets[slot].taken)
    let spread = random.next()
    rooms[gate].bucket.updateHold {
      $0.block(stated: signal.delay, sent: sent, spread: spread, at: clock)
    }
    markDirty(gate)
    return gate
  }

  /// The scope that is meant: narrowest inference and escalation (limits-science.md 6.4).
  private func resolve(_ scope: Signal.Scope, flow: FlowKey, by slot: Int32) -> Signal.Scope {
    var meant = scope
    if scope == .narrowest { meant = flow.account >= 0 ? .account : .endpoint }
    if meant == .account && flow.account < 0 { meant = .key }
    guard scope == .narrowest, meant == .account else { return meant }
    let api = Int(lanes[Int(flow.lane)].api)
    let key = keyNumber(of: slot)
    let oldest = clock.nanoseconds - AdmissionEngine.escalationSpan
    apis[api].narrow.removeAll { $0.at < oldest }
    apis[api].narrow.append((clock.nanoseconds, flow.account, key))
    var accounts: Set<Int32> = []
    for entry in apis[api].narrow where entry.key == key { accounts.insert(entry.account) }
    guard accounts.count >= AdmissionEngine.escalationAccounts else { return meant }
    apis[api].narrow.removeAll { $0.key == key }
    return .key
  }

  private func gate(of scope: Signal.Scope, flow: FlowKey, by slot: Int32) -> Int {
    let api = lanes[Int(flow.lane)].api
    let number = keyNumber(of: slot)
    var key: BucketKey
    switch scope {
    case .account, .narrowest:
      key = BucketKey(api: api, rule: BucketKey.accountGate, account: flow.account)
    case .endpoint:
      let endpoint = demands[Int(tickets[slot].demand)].key.endpoint
      key = BucketKey(api: api, rule: BucketKey.endpointGate, key: number, endpoint: endpoint)
    case .key where number != -1:
      key = BucketKey(api: api, rule: BucketKey.keyGate, key: number)
    case .key, .api: key = BucketKey(api: api, rule: BucketKey.connections)
    }
    if let found = bucketIndex[key] { return Int(found) }
    // Sets built before lack the new gate: they are built anew when next asked.
    apis[Int(api)].epoch += 1
    return makeRoom(key, state: .unlimited)
  }

  /// The number buckets know a ticket's key by.
  private func keyNumber(of slot: Int32) -> Int32 {
    let flow = flows[Int(tickets[slot].flow)].key
    if flow.ownKey >= 0 { return -2 - flow.ownKey }
    return key(of: slot).map { Int32($0) } ?? -1
  }

  /// A good answer: strikes are forgiven, and scopes it was the probe of open.
  func succeed(_ slot: Int32) {
    let sent = Instant(nanoseconds: tickets[slot].taken)
    let token = tickets[slot].token
    for entry in set(of: slot).entries where !entry.bucket.hold.isClean {
      let opened = entry.bucket.updateHold {
        $0.succeeded(token: token, sent: sent, at: clock)
      }
      if opened { markDirty(entry.bucket.slot) }
    }
  }

  /// Scopes a ticket was the probe of open: it will say nothing more of them.
  func releaseProbes(_ slot: Int32) {
    let token = tickets[slot].token
    for entry in set(of: slot).entries where !entry.bucket.hold.isOpen {
      if entry.bucket.updateHold({ $0.release(token: token) }) { markDirty(entry.bucket.slot) }
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
    default: return rules.limits[Int(key.rule)].name
    }
  }
}
