import Limits
import Policy
import Scheduling

/// Which of its lane's keys a request may use.
extension AdmissionEngine {
  /// The candidates of a request, by their places in its demand's sets.
  struct Choice {
    /// The only one it may use, -1 for any.
    var only = -1
    /// The one it takes when that has room, -1 for the one with most left.
    var preferred = -1

    func allows(_ candidate: Int) -> Bool { only < 0 || only == candidate }
  }

  /// A request with an idempotency key stays with the key of its first attempt; an account of a
  /// sticky lane stays with one key as its spill rule says.
  func choice(of ticket: Int32) -> Choice {
    guard demands[Int(tickets[ticket].demand)].candidates > 1 else { return Choice() }
    if tickets[ticket].pin >= 0 { return Choice(only: Int(tickets[ticket].pin)) }
    let lane = lanes[lane(of: ticket)]
    let account = flows[Int(tickets[ticket].flow)].key.account
    guard lane.isSticky, account >= 0 else { return Choice() }
    return choice(ofAccount: names.text(account), lane)
  }

  /// The candidates of an account of a sticky lane with several keys.
  func choice(ofAccount account: String, _ lane: LaneState) -> Choice {
    let order = rendezvous(account, lane)
    switch lane.spill {
    case .never: return Choice(only: order[0])
    case .whenOut:
      // With all of them out it takes the first that can be tried again.
      guard let home = order.first(where: { !isBarred($0, lane) }) else { return Choice() }
      return Choice(only: home)
    case .whenBlocked:
      return Choice(preferred: order.first { !isBarred($0, lane) } ?? order[0])
    }
  }

  /// The lane's keys in an account's order of preference: highest random weight first.
  ///
  /// Thaler and Ravishankar 1998: when a key leaves, only its own accounts move.
  private func rendezvous(_ account: String, _ lane: LaneState) -> [Int] {
    let base = account.utf8.stableHash
    let rules = apis[Int(lane.api)].rules
    let scores = lane.keys.map { rules.keys[$0].name.utf8.stableHash(from: base) }
    return scores.indices.sorted { scores[$0] > scores[$1] }
  }

  private func isBarred(_ candidate: Int, _ lane: LaneState) -> Bool {
    let gate = BucketKey(
      api: lane.api, rule: BucketKey.keyGate, key: Int32(lane.keys[candidate]))
    return room(gate).map { rooms[$0].bucket.hold.isBarred(at: clock) } ?? false
  }

  /// A key of an API went out or came back: accounts that stay with a key choose again.
  func chooseAgain(_ api: Int) {
    for flow in flows.indices where flows[flow].head >= 0 && !isResting(Int32(flow)) {
      let lane = Int(flows[flow].key.lane)
      guard lanes[lane].api == api, lanes[lane].isSticky, lanes[lane].keys.count > 1 else {
        continue
      }
      flowDeadlines.schedule(flow, at: clock)
    }
  }

  /// A flow as the fair queues know it.
  func member(of flow: Int32, head: Int32) -> FairQueue.Member {
    let key = flows[Int(flow)].key
    let lane = Int(key.lane)
    return FairQueue.Member(
      flow: flow, caller: key.caller, lane: key.lane, weight: lanes[lane].weight,
      deadline: tickets[head].deadline, reserve: lanes[lane].reserveInterval)
  }
}

extension Sequence<UInt8> {
  /// FNV-1a with a finishing mix: the same in every run and on every machine.
  var stableHash: UInt64 { stableHash(from: 0xcbf2_9ce4_8422_2325) }

  func stableHash(from start: UInt64) -> UInt64 {
    var hash = start
    for byte in self { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
    return hash ^ (hash >> 33)
  }
}
