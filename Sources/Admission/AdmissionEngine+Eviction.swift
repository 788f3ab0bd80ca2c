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
    if roomIndex.count + count <= bucketBound { return true }
    guard sweptInFull.addingReportingOverflow(1_000_000_000).partialValue <= clock.nanoseconds
    else { return false }
    sweptInFull = clock.nanoseconds
    for demand in demands.indices { forgetIfIdle(demand: demand, after: 0) }
    for room in rooms.indices { forgetIfIdle(room: room) }
    return roomIndex.count + count <= bucketBound
  }

  private func forgetIfIdle(demand slot: Int, after span: Int64) {
    guard demands[slot].epoch > 0, demands[slot].live == 0,
      clock.nanoseconds - demands[slot].lastUse >= span
    else { return }
    forget(demand: slot)
  }

  private func forgetIfIdle(room slot: Int) {
    guard rooms[slot].users == 0, rooms[slot].isLive else { return }
    let key = rooms[slot].key
    guard key.rule != BucketKey.connections, key.rule != BucketKey.keyGate || key.key < -1,
      rooms[slot].queue.isIdle, !rooms[slot].isDirty, rooms[slot].bucket.isForgettable(at: clock)
    else { return }
    roomIndex.remove(Int32(slot), key.hash(hashSeed)) { rooms[Int($0)].key.hash(hashSeed) }
    bucketDeadlines.cancel(slot)
    releaseNames(of: key)
    rooms[slot].isLive = false
    freeRooms.append(Int32(slot))
  }
}
