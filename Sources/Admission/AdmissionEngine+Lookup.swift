import Limits
import Policy
import Scheduling
import Timekeeping

/// Looking at what the engine keeps, without adding to it.
extension AdmissionEngine {
  /// Stands for a name nobody uses: nothing is kept under it.
  static let unusedName = Int32.max - 4

  /// The flow kept under `key`, if there is one.
  func findFlow(_ key: FlowKey) -> Int32? {
    flowIndex.find(key.hash(hashSeed)) { flows[Int($0)].key == key }
  }

  /// The demand of a request and its flow, if they are kept.
  func findDemand(_ request: ExplainedRequest) -> (flow: Int32, demand: Int)? {
    guard let flow = findFlow(request.flow), let plan = plans.find(request.route.charges) else {
      return nil
    }
    let key = DemandKey(
      flow: flow, endpoint: request.endpoint,
      batch: request.route.batch.map { find($0) } ?? -1, plan: plan)
    return findDemand(key).map { (flow, Int($0)) }
  }

  /// What requests of a demand take from a bucket; 0 when nothing.
  func units(of demand: Int32, from slot: Int) -> Int {
    for draw in demands[Int(demand)].draws where draw.slot == slot { return Int(draw.cost) }
    return 0
  }

  /// A flow as the fair queues know it, or would know it.
  func member(of key: FlowKey) -> FairQueue.Member {
    if let flow = findFlow(key), flows[Int(flow)].head >= 0 {
      return member(of: flow, head: flows[Int(flow)].head)
    }
    let lane = lanes[Int(key.lane)]
    return FairQueue.Member(
      flow: Int32(flows.count), caller: key.caller, lane: key.lane, weight: lane.weight)
  }

  /// A bucket as the first request for it would find it.
  func freshBucket(_ rule: LimitRule, at now: Instant) -> Bucket {
    Bucket(
      state: LimitState(
        rule.kind, pace: rule.pace, at: now, wall: wall + (now - clock), seed: 0))
  }

  /// The number of a name, one that nothing is kept under when it is not in use.
  func find(_ name: String) -> Int32 { names.find(name) ?? AdmissionEngine.unusedName }
}
