import Seeding
import Testing
import Timekeeping

@testable import Scheduling

@Suite struct FairQueueOracleTests {
  /// Weights and reserved shares, in milliseconds per unit, of three lanes; the longest step of
  /// time in milliseconds.
  private static let rows: [(weights: [Int32], reserves: [Int64], step: Int)] = [
    ([16, 4, 1], [0, 0, 0], 0), ([16, 4, 1], [0, 0, 3_000], 500),
    ([10_000, 1, 3], [0, 0, 0], 20_000), ([10_000, 1, 1], [50, 0, 700], 20_000),
    ([1, 1, 1], [1_000, 500, 100], 200),
  ]

  @Test(arguments: 0..<rows.count, [1, 2, 3, 4] as [UInt64])
  func `It serves in the order of the naive queue that never forgets`(row: Int, seed: UInt64) {
    let lanes = FairQueueOracleTests.rows[row]
    var random = SplitMix64(seed: seed)
    var queue = FairQueue()
    let naive = NaiveFairQueue()
    var members: [FairQueue.Member] = []
    for flow in 0..<40 as Range<Int32> {
      let lane = Int(flow % 3)
      members.append(
        FairQueue.Member(
          flow: flow, caller: flow % 7, lane: flow % 3, weight: lanes.weights[lane],
          reserve: lanes.reserves[lane] * 1_000_000))
    }
    var now: Int64 = 0
    var steps = 0
    for _ in 0..<3_000 {
      if lanes.step > 0 { now += Int64(random.next() % UInt64(lanes.step)) * 1_000_000 }
      let index = Int.random(in: 0..<members.count, using: &random)
      let cost = 1 + Int.random(in: 0..<5, using: &random)
      let isOver = random.next() % 4 > 0
      switch Int.random(in: 0..<8, using: &random) {
      case 0, 1, 2:
        members[index].deadline = Int64(random.next() % 4)
        queue.insert(members[index], at: Instant(nanoseconds: now))
        naive.insert(members[index], at: now)
      case 3:
        queue.suspend(members[index].flow)
        naive.suspend(members[index])
      case 4 where cost == 1:
        queue.remove(members[index].flow)
        naive.remove(members[index])
      case 5 where cost == 2:
        queue.serve(members[index], cost: cost, isOver: isOver, at: Instant(nanoseconds: now))
        naive.serve(members[index], cost: cost, isOver: isOver, at: now)
      default:
        guard let first = queue.first(at: Instant(nanoseconds: now)) else { break }
        queue.serve(members[Int(first)], cost: cost, isOver: isOver, at: Instant(nanoseconds: now))
        naive.serve(members[Int(first)], cost: cost, isOver: isOver, at: now)
        steps += 1
      }
      if naive.isIdle { naive.forget() }
      #expect(queue.isIdle == naive.isIdle, "seed \(seed)")
      let expected = naive.first(at: now)
      let found = queue.first(at: Instant(nanoseconds: now))
      #expect(found == expected, "seed \(seed)")
      guard found == expected else { return }
      #expect(queue.isEmpty == (expected == nil))
    }
    #expect(steps > 500)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `The table finds what a dictionary finds`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var table = SlotTable(isByParent: true)
    var nodes = ContiguousArray<FairNode>()
    for slot in 0..<300 {
      nodes.append(
        FairNode(
          tag: 0, name: Int32(slot / 3), parent: Int32(slot % 3), position: 0, mark: 0))
    }
    var oracle: Set<Int> = []
    for _ in 0..<20_000 {
      let slot = Int.random(in: 0..<nodes.count, using: &random)
      if oracle.remove(slot) != nil {
        table.remove(slot, nodes)
      } else if random.next() % 4 < 3 {
        oracle.insert(slot)
        table.insert(slot, nodes)
      }
      let other = Int.random(in: 0..<nodes.count, using: &random)
      let found = table.find(nodes[other].name, below: nodes[other].parent, nodes)
      #expect(found == (oracle.contains(other) ? other : nil), "seed \(seed)")
      #expect(table.count == oracle.count)
    }
  }
}
