import Limits
import Scheduling
import Timekeeping

extension AdmissionEngine {
  /// When a waiting ticket is likely to be granted, and the bucket that decides it.
  ///
  /// For each bucket of a key: the instant that has room for what stands ahead by fair sharing and
  /// for the ticket itself; of those the latest; of all keys the earliest. Early rather than late:
  /// nothing that could be sent in time must be refused.
  func predictedStart(_ ticket: Int32) -> (start: Instant, slot: Int) {
    let flow = tickets[ticket].flow
    let demand = demands[Int(tickets[ticket].demand)]
    let isHead = flows[Int(flow)].head == ticket
    let ahead = isHead ? 0 : max(0, Int(demand.waiting) - 1)
    let member = flows[Int(flow)].member(flow, weight: lanes[lane(of: ticket)].weight)
    var best: (start: Instant, slot: Int)?
    for set in demand.sets {
      var latest: (start: Instant, slot: Int)?
      for entry in set.entries {
        let units = units(
          ahead: ahead, cost: entry.cost, in: entry.bucket.slot, member, keys: demand.sets.count)
        let start = entry.bucket.instant(whenRoomFor: units + entry.cost, at: clock)
        if latest.map({ start > $0.start }) ?? true { latest = (start, entry.bucket.slot) }
      }
      if let latest, best.map({ latest.start < $0.start }) ?? true { best = latest }
    }
    // An API always has its connections bucket, so a set is never empty.
    return best ?? (clock, 0)
  }

  /// Units of a bucket that others and the flow itself take before the ticket's turn.
  private func units(
    ahead: Int, cost: Int, in slot: Int, _ member: FairQueue.Member, keys: Int
  ) -> Int {
    guard ahead > 0, !rooms[slot].bucket.isGate else { return 0 }
    let isPerKey = scope(of: rooms[slot].key).contains(.key)
    let own = ahead * cost / (isPerKey ? max(1, keys) : 1)
    let (numerator, denominator) = rooms[slot].queue.turns(member)
    let fair = own.multipliedReportingOverflow(by: numerator)
    let shared = (fair.overflow ? Int.max : fair.partialValue) / max(1, denominator)
    let queued = max(0, rooms[slot].queued - cost) / max(1, keys)
    return max(own, min(shared, queued))
  }
}
