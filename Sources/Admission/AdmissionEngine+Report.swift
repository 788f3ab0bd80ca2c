import Limits
import Timekeeping

extension AdmissionEngine {
  /// What the engine knows of itself at `now`.
  ///
  /// Takes time proportional to tickets and buckets.
  public func report(at now: Instant) -> EngineReport {
    begin(now)
    end()
    var oldest = [Int64](repeating: clock.nanoseconds, count: lanes.count)
    for ticket in tickets.slots where ticket.state == .waiting {
      let lane = Int(flows[Int(ticket.flow)].key.lane)
      oldest[lane] = min(oldest[lane], ticket.queued)
    }
    var limits = apis.map { api in
      (api.rules.limits.map { (name: $0.name, kind: $0.kind.word) }
        + [(name: "connections", kind: "concurrency")]).map {
          LimitReport(name: $0.name, kind: $0.kind, buckets: 0, fullest: [])
        }
    }
    var closed = apis.map { _ in 0 }
    for slot in rooms.indices where rooms[slot].isLive {
      let key = rooms[slot].key
      if rooms[slot].bucket.hold.isShut { closed[Int(key.api)] += 1 }
      guard key.rule >= BucketKey.connections else { continue }
      let position = key.rule >= 0 ? Int(key.rule) : limits[Int(key.api)].count - 1
      count(slot, in: &limits[Int(key.api)][position])
    }
    return EngineReport(
      apis: apis.indices.map { api in
        ApiReport(
          name: apis[api].rules.name, lanes: laneReports(api, oldest: oldest),
          keys: keyReports(api), closedAccounts: closed[api], limits: limits[api])
      })
  }

  private func laneReports(_ api: Int, oldest: [Int64]) -> [LaneReport] {
    apis[api].rules.lanes.indices.map { index in
      let number = firstLane[api] + index
      let lane = lanes[number]
      return LaneReport(
        name: lane.name, waiting: lane.waiting,
        oldestWait: .nanoseconds(clock.nanoseconds - oldest[number]), granted: lane.granted,
        refused: lane.refused, cancelled: lane.cancelled, absorbed429: lane.absorbed,
        repeated: lane.repeated,
        waitP50: lane.waits.percentile(50), waitP99: lane.waits.percentile(99))
    }
  }

  private func keyReports(_ api: Int) -> [KeyReport] {
    apis[api].rules.keys.indices.map { key in
      let gate = BucketKey(api: Int32(api), rule: BucketKey.keyGate, key: Int32(key))
      let hold = room(gate).map { rooms[$0].bucket.hold }
      let held = hold.map { $0.isHeld(at: clock) ? $0.until - clock : .zero } ?? .zero
      let isOut = hold?.isOut ?? false
      return KeyReport(
        name: apis[api].rules.keys[key].name, inFlight: apis[api].inFlight[key], heldFor: held,
        isOut: isOut, reason: isOut ? apis[api].outReasons[key] : nil)
    }
  }

  private func count(_ slot: Int, in report: inout LimitReport) {
    report.buckets += 1
    let left = rooms[slot].bucket.left(at: clock)
    let place = report.fullest.firstIndex { left < $0.left } ?? report.fullest.count
    guard place < 5 else { return }
    let next = rooms[slot].bucket.instant(whenRoomFor: 1, at: clock) - clock
    report.fullest.insert(
      BucketReport(
        of: describe(rooms[slot].key), allow: rooms[slot].bucket.capacity, left: left, next: next),
      at: place)
    if report.fullest.count > 5 { report.fullest.removeLast() }
  }

  private func describe(_ key: BucketKey) -> String {
    var parts: [String] = []
    if key.key >= 0 { parts.append(apis[Int(key.api)].rules.keys[Int(key.key)].name) }
    if key.key < -1 { parts.append("own key") }
    if key.account >= 0 { parts.append(names.text(key.account)) }
    if key.endpoint >= 0 { parts.append(names.text(key.endpoint)) }
    if key.lane >= 0 { parts.append(lanes[Int(key.lane)].name) }
    if key.caller >= 0 { parts.append(names.text(key.caller)) }
    return parts.isEmpty ? "api" : parts.joined(separator: " ")
  }
}
