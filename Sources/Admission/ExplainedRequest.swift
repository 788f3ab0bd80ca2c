import Policy

/// A route in the engine's numbers, none of which it made: what `explain` looks things up by.
struct ExplainedRequest {
  let route: Route
  /// The lane's number.
  let lane: Int
  let flow: FlowKey
  let endpoint: Int32
  /// The numbers of the keys its buckets are kept by; never none.
  let keys: [Int32]

  init(_ route: Route, in engine: AdmissionEngine) {
    self.route = route
    lane = engine.firstLane[route.api] + route.lane
    endpoint = engine.find(route.endpoint)
    let account = route.account.map { engine.find($0) } ?? -1
    let ownKey = route.ownKey.map { engine.find($0) } ?? -1
    flow = FlowKey(
      lane: Int32(lane), caller: engine.find(route.caller), account: account, ownKey: ownKey,
      endpoint: account < 0 ? endpoint : -1)
    let pool = engine.lanes[lane]
    var keys = ownKey >= 0 ? [-2 - ownKey] : pool.keyNumbers
    if pool.isSticky, keys.count > 1, let account = route.account {
      let choice = engine.choice(ofAccount: account, pool)
      keys = keys.indices.filter { choice.allows($0) }.map { keys[$0] }
    }
    self.keys = keys
  }

  private var api: Int32 { Int32(route.api) }

  /// Where the bucket of a charge is kept.
  func bucket(_ charge: Charge, of rule: LimitRule, key: Int32, in engine: AdmissionEngine)
    -> BucketKey
  {
    var bucket = BucketKey(api: api, rule: Int32(charge.limit))
    if rule.scope.contains(.key) { bucket.key = key }
    if rule.scope.contains(.account) { bucket.account = flow.account }
    if rule.scope.contains(.lane) { bucket.lane = flow.lane }
    if rule.scope.contains(.caller) { bucket.caller = flow.caller }
    if rule.scope.contains(.endpoint) {
      bucket.endpoint = charge.endpoint.map { engine.find($0) } ?? endpoint
    }
    return bucket
  }

  /// Where the gates are kept that can hold it.
  func gates(key: Int32) -> [BucketKey] {
    var gates: [BucketKey] = []
    if flow.account >= 0 {
      gates.append(BucketKey(api: api, rule: BucketKey.accountGate, account: flow.account))
    }
    gates.append(
      BucketKey(api: api, rule: BucketKey.endpointGate, key: key, endpoint: endpoint))
    if key != -1 { gates.append(BucketKey(api: api, rule: BucketKey.keyGate, key: key)) }
    return gates
  }

  /// For whom a bucket stands, in words.
  func label(_ key: BucketKey, in engine: AdmissionEngine) -> String {
    let api = engine.apis[route.api].rules
    var parts: [String] = []
    if key.key >= 0 { parts.append(api.keys[Int(key.key)].name) }
    if key.key < -1 { parts.append("own key") }
    if key.account >= 0 { parts.append(engine.shown(account: route.account, of: api) ?? "") }
    if key.endpoint >= 0 {
      let charge = route.charges.first { $0.limit == Int(key.rule) }
      parts.append(charge?.endpoint ?? route.endpoint)
    }
    if key.lane >= 0 { parts.append(api.lanes[route.lane].name) }
    if key.caller >= 0 { parts.append(engine.shown(caller: route.caller)) }
    return parts.isEmpty ? "api" : parts.joined(separator: " ")
  }
}
