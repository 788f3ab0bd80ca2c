import Policy

extension AdmissionEngine {
  /// The demand of a route, with its buckets; nil when there would be too many buckets.
  func findOrMakeDemand(_ route: Route, lane: Int) -> Int32? {
    findDemand(route, lane: lane) ?? makeDemand(route, lane: lane)
  }

  /// The demand of a route that is kept.
  private func findDemand(_ route: Route, lane: Int) -> Int32? {
    guard let caller = names.lookUp(route.caller), let endpoint = names.lookUp(route.endpoint),
      let account = lookUp(route.account), let ownKey = lookUp(route.ownKey),
      let batch = lookUp(route.batch),
      let plan = plans.find(route.charges, guess: lanes[lane].plan),
      let flow = findFlow(
        FlowKey(
          lane: Int32(lane), caller: caller, account: account, ownKey: ownKey,
          endpoint: account < 0 ? endpoint : -1))
    else { return nil }
    lanes[lane].plan = plan
    return findDemand(DemandKey(flow: flow, endpoint: endpoint, batch: batch, plan: plan))
  }

  /// The number of a name, -1 for none; nil when it is not in use.
  private func lookUp(_ name: String?) -> Int32? {
    guard let name else { return -1 }
    return names.lookUp(name)
  }

  func findDemand(_ key: DemandKey) -> Int32? {
    demandIndex.find(key.hash(hashSeed)) { demands[Int($0)].key == key }
  }

  private func makeDemand(_ route: Route, lane: Int) -> Int32? {
    let account = route.account.map { names.retain($0) } ?? -1
    let caller = names.retain(route.caller)
    let ownKey = route.ownKey.map { names.retain($0) } ?? -1
    let endpoint = names.retain(route.endpoint)
    let batch = route.batch.map { names.retain($0) } ?? -1
    let plan = plans.retain(route.charges, names: &names)
    defer {
      names.release(account)
      names.release(caller)
      names.release(ownKey)
      names.release(endpoint)
      names.release(batch)
      plans.release(plan, names: &names)
    }
    let flow = findOrMakeFlow(
      FlowKey(
        lane: Int32(lane), caller: caller, account: account, ownKey: ownKey,
        endpoint: account < 0 ? endpoint : -1))
    let key = DemandKey(flow: flow, endpoint: endpoint, batch: batch, plan: plan)
    let hash = key.hash(hashSeed)
    if let found = demandIndex.find(hash, { demands[Int($0)].key == key }) { return found }
    let slot = makeDemand(key, hash)
    let keys = keys(of: Int(slot))
    let most = (route.charges.count + 2) * keys.count
    if roomIndex.count + most > bucketBound,
      !makeRoomForBuckets(missingBuckets(Int(slot), keys))
    {
      forget(demand: Int(slot))
      return nil
    }
    refresh(Int(slot))
    return slot
  }

  private func makeDemand(_ key: DemandKey, _ hash: Int) -> Int32 {
    let slot = freeDemands.popLast() ?? Int32(demands.count)
    let demand = Demand(key: key)
    if Int(slot) == demands.count {
      demands.append(demand)
    } else {
      demands[Int(slot)] = demand
    }
    demandIndex.insert(slot, hash) { demands[Int($0)].key.hash(hashSeed) }
    flows[Int(key.flow)].demands += 1
    names.retain(key.endpoint)
    names.retain(key.batch)
    plans.retain(key.plan)
    return slot
  }

  private func findOrMakeFlow(_ key: FlowKey) -> Int32 {
    let hash = key.hash(hashSeed)
    if let found = flowIndex.find(hash, { flows[Int($0)].key == key }) { return found }
    let slot = freeFlows.popLast() ?? Int32(flows.count)
    if Int(slot) == flows.count {
      flows.append(Flow(key: key))
    } else {
      flows[Int(slot)] = Flow(key: key)
    }
    flowIndex.insert(slot, hash) { flows[Int($0)].key.hash(hashSeed) }
    names.retain(key.caller)
    names.retain(key.account)
    names.retain(key.ownKey)
    return slot
  }

  /// Forgets a demand no ticket refers to, and its flow with the last of them.
  func forget(demand slot: Int) {
    for draw in demands[slot].draws { rooms[Int(draw.slot)].users -= 1 }
    let key = demands[slot].key
    demandIndex.remove(Int32(slot), key.hash(hashSeed)) {
      demands[Int($0)].key.hash(hashSeed)
    }
    names.release(key.endpoint)
    names.release(key.batch)
    plans.release(key.plan, names: &names)
    demands[slot].draws = []
    demands[slot].epoch = 0
    freeDemands.append(Int32(slot))
    let flow = Int(key.flow)
    flows[flow].demands -= 1
    guard flows[flow].demands == 0 else { return }
    forget(flow: flow)
  }

  private func forget(flow: Int) {
    let key = flows[flow].key
    flowIndex.remove(Int32(flow), key.hash(hashSeed)) { flows[Int($0)].key.hash(hashSeed) }
    names.release(key.caller)
    names.release(key.account)
    names.release(key.ownKey)
    flowDeadlines.cancel(flow)
    freeFlows.append(Int32(flow))
  }
}
