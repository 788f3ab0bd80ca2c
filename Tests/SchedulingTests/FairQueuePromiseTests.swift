import Seeding
import Testing
import Timekeeping

@testable import Scheduling

/// Reserved shares, ageing and deadlines.
@Suite struct FairQueuePromiseTests {
  /// A lane with its weight, its reserved units per minute and what it should get of 100.
  private struct Row: Sendable {
    var weights: [Int]
    var reserves: [Int64]
    var shares: [Int]
  }

  private static let rows = [
    Row(weights: [1, 1], reserves: [0, 0], shares: [50, 50]),
    Row(weights: [9, 1], reserves: [0, 30], shares: [70, 30]),
    // The larger of both, not the sum.
    Row(weights: [1, 1], reserves: [0, 30], shares: [50, 50]),
    Row(weights: [3, 1], reserves: [0, 20], shares: [75, 25]),
    Row(weights: [8, 1, 1], reserves: [0, 30, 30], shares: [40, 30, 30]),
    Row(weights: [98, 1, 1], reserves: [0, 40, 0], shares: [59, 40, 1]),
    // More is promised than there is: who is due longest goes first.
    Row(weights: [1, 1], reserves: [150, 150], shares: [50, 50]),
  ]

  private func member(_ lane: Int, _ row: Row) -> FairQueue.Member {
    FairQueue.Member(
      flow: Int32(lane), caller: 0, lane: Int32(lane), weight: Int32(row.weights[lane]),
      reserve: row.reserves[lane] == 0 ? 0 : 60_000_000_000 / row.reserves[lane])
  }

  @Test(arguments: 0..<rows.count)
  func `A lane gets the larger of its reserved and its weighted share`(index: Int) {
    let row = FairQueuePromiseTests.rows[index]
    let members = row.weights.indices.map { member($0, row) }
    var queue = FairQueue()
    for one in members { queue.insert(one, at: Instant(nanoseconds: 0)) }
    var served = row.weights.map { _ in 0 }
    // 100 units a minute for an hour.
    for unit in 0..<6_000 {
      let now = Instant(nanoseconds: Int64(unit) * 600_000_000)
      guard let first = queue.first(at: now).map({ Int($0) }) else { break }
      served[first] += 1
      queue.serve(members[first], cost: 1, at: now)
      queue.insert(members[first], at: now)
    }
    for (lane, count) in served.enumerated() {
      #expect(abs(count - row.shares[lane] * 60) <= 90, "\(served)")
    }
  }

  @Test func `What a lane does not use others get, and it saves nothing up`() {
    let row = Row(weights: [9, 1], reserves: [0, 30], shares: [])
    let members = row.weights.indices.map { member($0, row) }
    var queue = FairQueue()
    queue.insert(members[0], at: Instant(nanoseconds: 0))
    queue.insert(members[1], at: Instant(nanoseconds: 0))
    queue.remove(1)
    var served = [0, 0]
    for unit in 0..<1_200 {
      let now = Instant(nanoseconds: Int64(unit) * 600_000_000)
      // The second lane comes after ten minutes.
      if unit == 1_000 { queue.insert(members[1], at: now) }
      guard let first = queue.first(at: now).map({ Int($0) }) else { break }
      served[first] += 1
      queue.serve(members[first], cost: 1, at: now)
      queue.insert(members[first], at: now)
      if unit == 999 { #expect(served == [1_000, 0]) }
    }
    #expect((58...63).contains(served[1]), "\(served)")
  }

  @Test func `A lane that comes one by one is not due each time it comes back`() {
    let row = Row(weights: [99, 1], reserves: [0, 20], shares: [])
    let members = row.weights.indices.map { member($0, row) }
    var queue = FairQueue()
    queue.insert(members[0], at: Instant(nanoseconds: 0))
    var served = [0, 0]
    for unit in 0..<1_000 {
      let now = Instant(nanoseconds: Int64(unit) * 600_000_000)
      if unit % 2 == 0 { queue.insert(members[1], at: now) }
      guard let first = queue.first(at: now).map({ Int($0) }) else { break }
      served[first] += 1
      queue.serve(members[first], cost: 1, isOver: first == 1, at: now)
      if first == 0 { queue.insert(members[0], at: now) }
    }
    #expect((190...215).contains(served[1]), "\(served)")
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func `No lane waits longer than the span and 20 services for each lane that is as old`(
    seed: UInt64
  ) {
    var random = SplitMix64(seed: seed)
    let count = 2 + Int32(seed) * 2
    var members: [FairQueue.Member] = []
    for lane in 0..<count {
      let weight: Int32 = lane == 0 ? 10_000 : 1 + Int32(random.next() % 3)
      members.append(
        FairQueue.Member(
          flow: lane, caller: 0, lane: lane, weight: weight, reserve: lane == 1 ? 1_000_000 : 0))
    }
    var queue = FairQueue()
    var now = Instant(nanoseconds: 0)
    for one in members { queue.insert(one, at: now) }
    var since = members.map { _ in now }
    /// Services since a lane has been too old, and how many were then.
    var late = members.map { _ in 0 }
    var peers = members.map { _ in 0 }
    var agedServices = 0
    for _ in 0..<20_000 {
      now = now + .milliseconds(Int64(random.next() % 1_000))
      let aged = members.indices.filter { now - since[$0] > .seconds(60) }
      for lane in aged {
        if late[lane] == 0 { peers[lane] = aged.count }
        late[lane] += 1
        #expect(late[lane] <= 20 * peers[lane], "seed \(seed)")
      }
      guard let first = queue.first(at: now).map({ Int($0) }) else { break }
      if late[first] > 0 { agedServices += 1 }
      queue.serve(members[first], cost: 1 + Int(random.next() % 3), at: now)
      queue.insert(members[first], at: now)
      since[first] = now
      late[first] = 0
    }
    #expect(agedServices > 20 && agedServices <= 20_000 / 20 + Int(count))
  }

  @Test func `The earliest deadline goes first in a round of one caller, and only there`() {
    var queue = FairQueue()
    let deadlines: [Int64] = [50, 30, 40, 10]
    let members = deadlines.enumerated().map { flow, deadline in
      FairQueue.Member(
        flow: Int32(flow), caller: flow == 3 ? 1 : 0, lane: 0, weight: 1, deadline: deadline)
    }
    let now = Instant(nanoseconds: 0)
    for one in members { queue.insert(one, at: now) }
    var order: [Int32] = []
    for _ in 0..<9 {
      guard let first = queue.first(at: now) else { break }
      order.append(first)
      queue.serve(members[Int(first)], cost: 1, at: now)
      queue.insert(members[Int(first)], at: now)
    }
    // The callers take turns; those of the first each have one turn in a round.
    #expect(order == [1, 3, 2, 3, 0, 3, 1, 3, 2])
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `Deadlines leave accounts within one largest cost of each other`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var queue = FairQueue()
    var members = (0..<10).map {
      FairQueue.Member(flow: Int32($0), caller: 0, lane: 0, weight: 1)
    }
    let now = Instant(nanoseconds: 0)
    for one in members { queue.insert(one, at: now) }
    var served = members.map { _ in 0 }
    for _ in 0..<5_000 {
      guard let first = queue.first(at: now).map({ Int($0) }) else { break }
      let cost = 1 + Int(random.next() % 5)
      served[first] += cost
      queue.serve(members[first], cost: cost, at: now)
      members[first].deadline = first == 0 ? 0 : Int64(random.next() % 1_000)
      queue.insert(members[first], at: now)
      #expect((served.max() ?? 0) - (served.min() ?? 0) <= 5, "seed \(seed)")
    }
  }

  @Test func `One that stands takes over a new deadline`() {
    var queue = FairQueue()
    let now = Instant(nanoseconds: 0)
    var members = (0..<3).map {
      FairQueue.Member(flow: Int32($0), caller: 0, lane: 0, weight: 1, deadline: 100)
    }
    for one in members { queue.insert(one, at: now) }
    members[2].deadline = 7
    queue.insert(members[2], at: now)
    #expect(queue.first(at: now) == 2)
    members[2].deadline = 700
    queue.insert(members[2], at: now)
    #expect(queue.first(at: now) == 0)
  }
}
