import Limits
import Timekeeping

/// Batches: the first request goes alone, the rest wait until it has succeeded, and are refused when
/// it has not. A batch is a gate that starts half open, with the first request as its probe.
extension AdmissionEngine {
  /// The bucket that lets a batch's first request through alone; made where there is none.
  func batchGate(_ batch: Int32, flow: FlowKey, api: Int32) -> Int {
    var key = BucketKey(api: api, rule: BucketKey.batchGate, endpoint: batch)
    key.lane = flow.lane
    key.caller = flow.caller
    if let found = room(key) { return found }
    let slot = makeRoom(key, state: .unlimited)
    rooms[slot].bucket.updateHold { $0 = .untried }
    return slot
  }

  /// Why a request of a batch that failed is refused; nil for all others.
  func failedBatch(of slot: Int32) -> Refusal? {
    let demand = Int(tickets[slot].demand)
    guard demands[demand].key.batch >= 0, let gate = batchGate(in: demands[demand]) else {
      return nil
    }
    let hold = rooms[gate].bucket.hold
    guard hold.cause == .batch, hold.isHeld(at: clock) else { return nil }
    return Refusal(
      reason: .batchFailed, limit: "batch", retryAfter: hold.until - clock,
      detail: "The first request of this batch failed, so the rest of it is not sent.")
  }

  /// The first request of a batch failed: all that wait for it are refused.
  func failBatch(of slot: Int32) {
    let batch = demands[Int(tickets[slot].demand)].key.batch
    guard batch >= 0, let gate = batchGate(in: demands[Int(tickets[slot].demand)]) else { return }
    let hold = rooms[gate].bucket.hold
    // Only the probe speaks for its batch.
    guard hold.isProbe(tickets[slot].token) else { return }
    let sent = Instant(nanoseconds: tickets[slot].taken)
    rooms[gate].bucket.updateHold {
      $0.block(.batch, stated: nil, sent: sent, spread: 0, at: clock)
    }
    for index in tickets.slots.indices where tickets.slots[index].state == .waiting {
      guard rooms[gate].queued > 0 else { return }
      let waiting = Int32(index)
      let other = demands[Int(tickets[waiting].demand)]
      guard other.key.batch == batch, batchGate(in: other) == gate,
        let refusal = failedBatch(of: waiting)
      else { continue }
      actions.append(.refuse(tickets.id(waiting), refusal))
      lanes[lane(of: waiting)].refused += 1
      leave(waiting)
    }
  }

  private func batchGate(in demand: Demand) -> Int? {
    demand.draws.first { rooms[Int($0.slot)].key.rule == BucketKey.batchGate }.map { Int($0.slot) }
  }
}
