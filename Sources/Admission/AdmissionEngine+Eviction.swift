import Limits
import Timekeeping

extension AdmissionEngine {
  /// How long what nobody uses is kept before it may be forgotten.
  static let idleSpan: Int64 = 5_000_000_000

  /// Forgets a little of what is idle: a few slots at each arrival.
  ///
  /// A bucket is forgotten only when nobody refers to it and it is full and open: a new one would
  /// allow nothing more.
  func sweep() {
    for _ in 0..<2 {
      if !demands.isEmpty {
        sweptDemand = (sweptDemand + 1) % demands.count
        forgetIfIdle(demand: sweptDemand, after: AdmissionEngine.idleSpan)
      }
      if !rooms.isEmpty {
        sweptRoom = (sweptRoom + 1) % rooms.count
        forgetIfIdle(room: sweptRoom)
      }
    }
  }

  /// Whether so many more buckets may be made; forgets all it can before it says no.
  func makeRoomForBuckets(_ count: Int) -> Bool {
    if bucketIndex.count + count <= bucketBound { return true }
    guard sweptInFull.addingReportingOverflow(1_000_000_000).partialValue <= clock.nanoseconds
    else { return false }
    sweptInFull = clock.nanoseconds
    for demand in demands.indices { forgetIfIdle(demand: demand, after: 0) }
    for room in rooms.indices { forgetIfIdle(room: room) }
    return bucketIndex.count + count <= bucketBound
  }

  private func forgetIfIdle(demand slot: Int, after span: Int64) {
    guard demands[slot].epoch > 0, demands[slot].live == 0,
      clock.nanoseconds - demands[slot].lastUse >= span
    else { return }
    forget(demand: slot)
  }

  /// Forgets a demand no ticket refers to, and its flow with the last of them.
  func forget(demand slot: Int) {
    let demand = demands[slot]
    for set in demand.sets { for entry in set.entries { rooms[entry.bucket.slot].users -= 1 } }
    demandIndex[demand.key] = nil
    names.release(demand.key.endpoint)
    for charge in demand.key.charges { names.release(charge.endpoint) }
    demands[slot].sets = []
    demands[slot].epoch = 0
    demands[slot].key.charges = []
    freeDemands.append(Int32(slot))
    let flow = Int(demand.key.flow)
    flows[flow].demands -= 1
    guard flows[flow].demands == 0 else { return }
    let key = flows[flow].key
    flowIndex[key] = nil
    for name in [key.caller, key.account, key.ownKey] { names.release(name) }
    freeFlows.append(Int32(flow))
  }

  private func forgetIfIdle(room slot: Int) {
    let key = rooms[slot].key
    guard key.rule != BucketKey.connections, key.rule != BucketKey.keyGate || key.key < -1,
      rooms[slot].users == 0, rooms[slot].queue.isIdle, !rooms[slot].isDirty,
      bucketIndex[key] == Int32(slot), rooms[slot].bucket.isForgettable(at: clock)
    else { return }
    bucketIndex[key] = nil
    bucketDeadlines.cancel(slot)
    for name in [key.account, key.endpoint, key.caller, AdmissionEngine.name(ofKey: key.key)] {
      names.release(name)
    }
    freeRooms.append(Int32(slot))
  }
}
