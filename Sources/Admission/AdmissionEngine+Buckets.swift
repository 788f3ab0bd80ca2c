import Limits
import Policy
import Scheduling
import Timekeeping

extension AdmissionEngine {
  @discardableResult
  func makeRoom(_ key: BucketKey, state: LimitState) -> Int {
    let slot = freeRooms.popLast().map { Int($0) } ?? rooms.count
    let room = Room(bucket: Bucket(slot: slot, state: state), key: key)
    if slot == rooms.count { rooms.append(room) } else { rooms[slot] = room }
    bucketIndex[key] = Int32(slot)
    for name in [key.account, key.endpoint, key.caller, AdmissionEngine.name(ofKey: key.key)] {
      names.retain(name)
    }
    return slot
  }

  /// The name behind an own key's number, or -1.
  static func name(ofKey key: Int32) -> Int32 { key <= -2 ? -2 - key : -1 }

  func scope(of key: BucketKey) -> LimitScope {
    switch key.rule {
    case BucketKey.connections: .api
    case BucketKey.keyGate: .key
    case BucketKey.accountGate: .account
    case BucketKey.endpointGate: [.key, .endpoint]
    default: apis[Int(key.api)].rules.limits[Int(key.rule)].scope
    }
  }

  /// The demand of a route, with its buckets; nil when there would be too many buckets.
  func findOrMakeDemand(_ route: Route, lane: Int) -> Int32? {
    let account = route.account.map { names.retain($0) } ?? -1
    let caller = names.retain(route.caller)
    let ownKey = route.ownKey.map { names.retain($0) } ?? -1
    let endpoint = names.retain(route.endpoint)
    var charges: [PackedCharge] = []
    charges.reserveCapacity(route.charges.count)
    for charge in route.charges {
      charges.append(
        PackedCharge(
          limit: Int32(charge.limit), cost: Int32(clamping: max(1, charge.cost)),
          endpoint: charge.endpoint.map { names.retain($0) } ?? -1))
    }
    defer {
      for name in [account, caller, ownKey, endpoint] { names.release(name) }
      for charge in charges { names.release(charge.endpoint) }
    }
    let flow = findOrMakeFlow(
      FlowKey(
        lane: Int32(lane), caller: caller, account: account, ownKey: ownKey,
        endpoint: account < 0 ? endpoint : -1))
    let key = DemandKey(flow: flow, endpoint: endpoint, charges: charges)
    if let found = demandIndex[key] { return found }
    let slot = freeDemands.popLast() ?? Int32(demands.count)
    let demand = Demand(key: key)
    if Int(slot) == demands.count {
      demands.append(demand)
    } else {
      demands[Int(slot)] = demand
    }
    demandIndex[key] = slot
    flows[Int(flow)].demands += 1
    names.retain(endpoint)
    for charge in charges { names.retain(charge.endpoint) }
    let keys = keys(of: Int(slot))
    if bucketIndex.count + (charges.count + 1) * keys.count > bucketBound,
      !makeRoomForBuckets(missingBuckets(Int(slot), keys))
    {
      forget(demand: Int(slot))
      return nil
    }
    refresh(Int(slot))
    return slot
  }

  private func findOrMakeFlow(_ key: FlowKey) -> Int32 {
    if let found = flowIndex[key] { return found }
    let slot = freeFlows.popLast() ?? Int32(flows.count)
    if Int(slot) == flows.count {
      flows.append(Flow(key: key))
    } else {
      flows[Int(slot)] = Flow(key: key)
    }
    flowIndex[key] = slot
    for name in [key.caller, key.account, key.ownKey] { names.retain(name) }
    return slot
  }

  /// Builds a demand's sets of buckets anew when gates have appeared since they were built.
  func refresh(_ demand: Int) {
    let flow = flows[Int(demands[demand].key.flow)].key
    let lane = lanes[Int(flow.lane)]
    guard demands[demand].epoch != apis[Int(lane.api)].epoch else { return }
    let old = demands[demand].sets
    let sets = keys(of: demand).map { buildSet(demands[demand].key, flow, api: lane.api, key: $0) }
    for set in sets { for entry in set.entries { rooms[entry.bucket.slot].users += 1 } }
    for set in old { for entry in set.entries { rooms[entry.bucket.slot].users -= 1 } }
    demands[demand].sets = sets
    demands[demand].epoch = apis[Int(lane.api)].epoch
  }

  /// The numbers of the keys that buckets of a demand are kept by; never none.
  private func keys(of demand: Int) -> [Int32] {
    let flow = flows[Int(demands[demand].key.flow)].key
    if flow.ownKey >= 0 { return [-2 - flow.ownKey] }
    let keys = lanes[Int(flow.lane)].keys
    return keys.isEmpty ? [-1] : keys.map { Int32($0) }
  }

  /// How many buckets a demand needs that do not exist yet.
  private func missingBuckets(_ demand: Int, _ keys: [Int32]) -> Int {
    let wanted = demands[demand].key
    let flow = flows[Int(wanted.flow)].key
    let api = lanes[Int(flow.lane)].api
    var missing: Set<BucketKey> = []
    for key in keys {
      for charge in wanted.charges {
        missing.insert(bucketKey(charge, wanted, flow, api: api, key: key))
      }
      if key != -1 { missing.insert(BucketKey(api: api, rule: BucketKey.keyGate, key: key)) }
    }
    return missing.count { bucketIndex[$0] == nil }
  }

  /// The bucket a charge is taken from with one key.
  private func bucketKey(
    _ charge: PackedCharge, _ demand: DemandKey, _ flow: FlowKey, api: Int32, key: Int32
  ) -> BucketKey {
    let scope = apis[Int(api)].rules.limits[Int(charge.limit)].scope
    var bucket = BucketKey(api: api, rule: charge.limit)
    if scope.contains(.key) { bucket.key = key }
    if scope.contains(.account) { bucket.account = flow.account }
    if scope.contains(.lane) { bucket.lane = flow.lane }
    if scope.contains(.caller) { bucket.caller = flow.caller }
    if scope.contains(.endpoint) {
      bucket.endpoint = charge.endpoint >= 0 ? charge.endpoint : demand.endpoint
    }
    return bucket
  }

  /// The buckets one request takes from with one key, narrow before wide.
  private func buildSet(_ demand: DemandKey, _ flow: FlowKey, api: Int32, key: Int32) -> LimitSet {
    var entries: [LimitSet.Entry] = []
    entries.reserveCapacity(demand.charges.count + 3)
    let account = BucketKey(api: api, rule: BucketKey.accountGate, account: flow.account)
    if flow.account >= 0, let slot = bucketIndex[account] {
      entries.append(LimitSet.Entry(bucket: rooms[Int(slot)].bucket, cost: 1))
    }
    let rules = apis[Int(api)].rules.limits
    let charges = demand.charges.sorted {
      AdmissionEngine.width(rules[Int($0.limit)].scope)
        < AdmissionEngine.width(rules[Int($1.limit)].scope)
    }
    for charge in charges {
      let bucket = bucketKey(charge, demand, flow, api: api, key: key)
      let kind = rules[Int(charge.limit)].kind
      let slot =
        bucketIndex[bucket].map { Int($0) }
        ?? makeRoom(bucket, state: LimitState(kind, at: clock, wall: wall))
      entries.append(LimitSet.Entry(bucket: rooms[slot].bucket, cost: Int(charge.cost)))
    }
    let endpoint = BucketKey(
      api: api, rule: BucketKey.endpointGate, key: key, endpoint: demand.endpoint)
    if let slot = bucketIndex[endpoint] {
      entries.append(LimitSet.Entry(bucket: rooms[Int(slot)].bucket, cost: 1))
    }
    if key != -1 {
      let gate = BucketKey(api: api, rule: BucketKey.keyGate, key: key)
      let slot = bucketIndex[gate].map { Int($0) } ?? makeRoom(gate, state: .unlimited)
      entries.append(LimitSet.Entry(bucket: rooms[slot].bucket, cost: 1))
    }
    if let slot = bucketIndex[BucketKey(api: api, rule: BucketKey.connections)] {
      entries.append(LimitSet.Entry(bucket: rooms[Int(slot)].bucket, cost: 1))
    }
    return LimitSet(entries)
  }

  private static func width(_ scope: LimitScope) -> Int {
    if scope.contains(.account) { return 0 }
    if scope.contains(.endpoint) { return 1 }
    if scope.contains(.caller) { return 2 }
    if scope.contains(.lane) { return 3 }
    return scope.contains(.key) ? 4 : 5
  }

  /// The pool key of a granted ticket; nil when it goes without one of ours.
  func key(of ticket: Int32) -> Int? {
    let flow = flows[Int(tickets[ticket].flow)].key
    guard flow.ownKey < 0 else { return nil }
    let keys = lanes[Int(flow.lane)].keys
    let candidate = Int(tickets[ticket].candidate)
    return candidate < keys.count ? keys[candidate] : nil
  }
}
