import Limits
import Policy
import Scheduling
import Timekeeping

extension AdmissionEngine {
  @discardableResult
  func makeRoom(_ key: BucketKey, state: LimitState) -> Int {
    let slot = freeRooms.popLast().map { Int($0) } ?? rooms.count
    let room = Room(bucket: Bucket(state: state), key: key)
    if slot == rooms.count { rooms.append(room) } else { rooms[slot] = room }
    roomIndex.insert(Int32(slot), key.hash(hashSeed)) { rooms[Int($0)].key.hash(hashSeed) }
    retainNames(of: key)
    return slot
  }

  /// The bucket of this key, if there is one.
  func room(_ key: BucketKey) -> Int? {
    roomIndex.find(key.hash(hashSeed)) { rooms[Int($0)].key == key }.map { Int($0) }
  }

  func retainNames(of key: BucketKey) {
    names.retain(key.account)
    names.retain(key.endpoint)
    names.retain(key.caller)
    names.retain(AdmissionEngine.name(ofKey: key.key))
  }

  func releaseNames(of key: BucketKey) {
    names.release(key.account)
    names.release(key.endpoint)
    names.release(key.caller)
    names.release(AdmissionEngine.name(ofKey: key.key))
  }

  /// The name behind an own key's number, or -1.
  static func name(ofKey key: Int32) -> Int32 { key <= -2 ? -2 - key : -1 }

  func scope(of key: BucketKey) -> LimitScope {
    switch key.rule {
    case BucketKey.connections: .api
    case BucketKey.keyGate: .key
    case BucketKey.accountGate: .account
    case BucketKey.endpointGate: [.key, .endpoint]
    case BucketKey.batchGate: [.lane, .caller, .endpoint]
    default: apis[Int(key.api)].facts[Int(key.rule)].scope
    }
  }

  /// The rule of a limit's bucket; nil for a gate.
  func rule(of slot: Int) -> LimitRule? {
    let key = rooms[slot].key
    return key.rule >= 0 ? apis[Int(key.api)].rules.limits[Int(key.rule)] : nil
  }

  /// Builds a demand's draws anew when gates have appeared since they were built.
  func refresh(_ demand: Int) {
    let flow = flows[Int(demands[demand].key.flow)].key
    let api = Int(lanes[Int(flow.lane)].api)
    guard demands[demand].epoch != apis[api].epoch else { return }
    let old = demands[demand].draws
    let keys = keys(of: demand)
    var draws: ContiguousArray<Draw> = []
    draws.reserveCapacity(keys.count * (plans.items(demands[demand].key.plan).count + 2))
    for (candidate, key) in keys.enumerated() {
      let first = draws.count
      appendDraws(of: demands[demand].key, flow, key: key, to: &draws)
      for index in first..<draws.count { draws[index].candidate = Int16(candidate) }
    }
    for draw in draws {
      rooms[Int(draw.slot)].users += 1
      rooms[Int(draw.slot)].queued += Int(draw.cost) * Int(demands[demand].waiting)
    }
    for draw in old {
      rooms[Int(draw.slot)].users -= 1
      rooms[Int(draw.slot)].queued -= Int(draw.cost) * Int(demands[demand].waiting)
    }
    demands[demand].draws = draws
    demands[demand].candidates = Int16(clamping: keys.count)
    demands[demand].epoch = apis[api].epoch
  }

  /// The numbers of the keys that buckets of a demand are kept by; never none.
  func keys(of demand: Int) -> [Int32] {
    let flow = flows[Int(demands[demand].key.flow)].key
    if flow.ownKey >= 0 { return [-2 - flow.ownKey] }
    return lanes[Int(flow.lane)].keyNumbers
  }

  /// How many buckets a demand needs that do not exist yet.
  func missingBuckets(_ demand: Int, _ keys: [Int32]) -> Int {
    let wanted = demands[demand].key
    let flow = flows[Int(wanted.flow)].key
    let api = lanes[Int(flow.lane)].api
    var missing: Set<BucketKey> = []
    for key in keys {
      for item in plans.items(wanted.plan) {
        missing.insert(bucketKey(item, wanted, flow, api: api, key: key))
      }
      if key != -1 { missing.insert(BucketKey(api: api, rule: BucketKey.keyGate, key: key)) }
    }
    return missing.count { room($0) == nil } + (wanted.batch >= 0 ? 1 : 0)
  }

  /// The bucket a charge is taken from with one key.
  private func bucketKey(
    _ item: ChargePlans.Item, _ demand: DemandKey, _ flow: FlowKey, api: Int32, key: Int32
  ) -> BucketKey {
    let scope = apis[Int(api)].facts[Int(item.limit)].scope
    var bucket = BucketKey(api: api, rule: item.limit)
    if scope.contains(.key) { bucket.key = key }
    if scope.contains(.account) { bucket.account = flow.account }
    if scope.contains(.lane) { bucket.lane = flow.lane }
    if scope.contains(.caller) { bucket.caller = flow.caller }
    if scope.contains(.endpoint) {
      bucket.endpoint = item.endpoint >= 0 ? item.endpoint : demand.endpoint
    }
    return bucket
  }

  /// Adds what one request takes with one key, narrow buckets before wide ones.
  private func appendDraws(
    of demand: DemandKey, _ flow: FlowKey, key: Int32, to draws: inout ContiguousArray<Draw>
  ) {
    let api = lanes[Int(flow.lane)].api
    func add(_ slot: Int?, cost: Int32 = 1, reserved: Int = 0) {
      guard let slot else { return }
      draws.append(
        Draw(
          slot: Int32(slot), cost: cost, candidate: 0, reserved: UInt8(clamping: reserved)))
    }
    if flow.account >= 0 {
      add(room(BucketKey(api: api, rule: BucketKey.accountGate, account: flow.account)))
    }
    if demand.batch >= 0 { add(batchGate(demand.batch, flow: flow, api: api)) }
    for item in plans.items(demand.plan).sorted(by: { width(api, $0) < width(api, $1) }) {
      let bucket = bucketKey(item, demand, flow, api: api, key: key)
      let rule = apis[Int(api)].rules.limits[Int(item.limit)]
      add(
        room(bucket) ?? makeRoom(bucket, state: state(of: rule)),
        cost: apis[Int(api)].facts[Int(item.limit)].countsCosts ? item.cost : 1,
        reserved: rule.reserved(from: lanes[Int(flow.lane)].name))
    }
    let gate = BucketKey(
      api: api, rule: BucketKey.endpointGate, key: key, endpoint: demand.endpoint)
    add(room(gate))
    if key != -1 {
      let gate = BucketKey(api: api, rule: BucketKey.keyGate, key: key)
      add(room(gate) ?? makeRoom(gate, state: .unlimited))
    }
    add(room(BucketKey(api: api, rule: BucketKey.connections)))
  }

  private func state(of rule: LimitRule) -> LimitState {
    LimitState(rule.kind, pace: rule.pace, at: clock, wall: wall, seed: random.next())
  }

  private func width(_ api: Int32, _ item: ChargePlans.Item) -> Int {
    let scope = apis[Int(api)].facts[Int(item.limit)].scope
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
    let candidate = Int(tickets[ticket].candidate)
    let lane = Int(flow.lane)
    return candidate < lanes[lane].keys.count ? lanes[lane].keys[candidate] : nil
  }
}

extension LimitRule {
  /// Percent of the limit that is kept from a lane: the shares of all others.
  func reserved(from lane: String) -> Int {
    if reserved.isEmpty { return 0 }
    return reserved.reduce(0) { $0 + ($1.key == lane ? 0 : $1.value) }
  }
}
