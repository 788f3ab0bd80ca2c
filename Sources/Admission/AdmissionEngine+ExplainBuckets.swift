import Limits
import Policy
import Scheduling
import Timekeeping

/// The buckets of a request that is only asked about.
extension AdmissionEngine {
  /// One bucket with when it is likely to have room.
  struct ExplainedBucket {
    var row: Explanation.BucketOutlook
    /// Where the engine keeps it; nil when it has none yet.
    var slot: Int?
    /// Likely room for the request: after its fair share, after all that waits, and alone.
    var start: Instant
    var latest: Instant
    var opens: Instant
  }

  /// All buckets with one key.
  struct ExplainedKey {
    var rows: [Explanation.BucketOutlook] = []
    var start: Instant
    var latest: Instant
    var blocker: ExplainedBucket?
  }

  func outlook(
    of request: ExplainedRequest, key: Int32, ahead: [Int32], at now: Instant
  ) -> ExplainedKey {
    var result = ExplainedKey(start: now, latest: now)
    for bucket in explained(request, key: key, ahead: ahead, at: now) {
      if bucket.row.kind != "hold" || bucket.row.heldFor > .zero { result.rows.append(bucket.row) }
      result.latest = max(result.latest, bucket.latest)
      // What only an answer frees has no instant: it counts when no instant does.
      let isFirst = bucket.row.needsAnswer && result.blocker == nil
      guard bucket.start > result.start || isFirst else { continue }
      result.start = bucket.start
      result.blocker = bucket
    }
    return result
  }

  private func explained(
    _ request: ExplainedRequest, key: Int32, ahead: [Int32], at now: Instant
  ) -> [ExplainedBucket] {
    let limits = apis[request.route.api].rules.limits
    var found: [ExplainedBucket] = []
    for charge in request.route.charges {
      let rule = limits[charge.limit]
      let place = request.bucket(charge, of: rule, key: key, in: self)
      let ask = Ask(
        request: request, key: place, slot: room(place), cost: max(1, charge.cost),
        name: rule.name, kind: rule.kind.word)
      if ask.slot != nil {
        found.append(explain(ask, ahead, at: now))
      } else {
        var fresh = freshBucket(rule, at: now)
        found.append(row(ask, Ahead(), &fresh, at: now))
      }
    }
    let connections = BucketKey(api: Int32(request.route.api), rule: BucketKey.connections)
    for place in request.gates(key: key) + [connections] {
      guard let slot = room(place) else { continue }
      let kind = place.rule == BucketKey.connections ? "concurrency" : "hold"
      let ask = Ask(
        request: request, key: place, slot: slot, cost: 1, name: limitName(slot), kind: kind)
      found.append(explain(ask, ahead, at: now))
    }
    return found
  }

  /// What is asked of one bucket.
  private struct Ask {
    var request: ExplainedRequest
    var key: BucketKey
    var slot: Int?
    var cost: Int
    var name: String
    var kind: String
  }

  /// Units that go before the request, by its fair share and if all that waits goes first.
  private struct Ahead {
    var queued = 0
    var share = 0
    var all = 0
  }

  private func explain(_ ask: Ask, _ ahead: [Int32], at now: Instant) -> ExplainedBucket {
    let slot = ask.slot ?? 0
    let keys = max(1, isPerKey(ask.key) ? ask.request.keys.count : 1)
    let queued = rooms[slot].queued
    let share = unitsAhead(ask, ahead)
    let units = Ahead(queued: queued, share: share, all: max(share, queued / keys))
    // In place: what a bucket forgets with time is forgotten once.
    var bucket = rooms[slot].bucket
    defer { rooms[slot].bucket = bucket }
    return row(ask, units, &bucket, at: now)
  }

  private func row(
    _ ask: Ask, _ ahead: Ahead, _ bucket: inout Bucket, at now: Instant
  ) -> ExplainedBucket {
    let start = bucket.instant(whenRoomFor: ask.cost.clampedAdding(ahead.share), at: now)
    let opens = bucket.instant(whenRoomFor: ask.cost, at: now)
    let latest = bucket.instant(whenRoomFor: ask.cost.clampedAdding(ahead.all), at: now)
    let row = Explanation.BucketOutlook(
      limit: ask.name, kind: ask.kind, of: ask.request.label(ask.key, in: self), cost: ask.cost,
      left: bucket.isGate ? nil : bucket.left(at: now),
      capacity: bucket.isGate ? nil : bucket.capacity, queued: ahead.queued,
      wait: start == .distantFuture ? nil : max(.zero, start - now),
      heldFor: bucket.hold.isHeld(at: now) ? max(.zero, bucket.hold.until - now) : .zero,
      needsAnswer: bucket.availability(cost: ask.cost, at: now) == .afterResponse)
    return ExplainedBucket(row: row, slot: ask.slot, start: start, latest: latest, opens: opens)
  }

  /// Units that go before the request: those of its own flow, and what others get meanwhile.
  private func unitsAhead(_ ask: Ask, _ ahead: [Int32]) -> Int {
    guard let slot = ask.slot, !rooms[slot].bucket.isGate else { return 0 }
    let keys = max(1, isPerKey(ask.key) ? ask.request.keys.count : 1)
    let own = ahead.reduce(0) { $0.clampedAdding(units(of: $1, from: slot)) }
    let member = member(of: ask.request.flow)
    return rooms[slot].queue.outlook(member, ownUnits: own, queues: keys).units
  }

  private func isPerKey(_ key: BucketKey) -> Bool { scope(of: key).contains(.key) }
}
