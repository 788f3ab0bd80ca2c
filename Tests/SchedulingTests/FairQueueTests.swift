import Seeding
import Testing

@testable import Scheduling

@Suite struct FairQueueTests {
  private func member(_ flow: Int, caller: Int = 0, lane: Int = 0, weight: Int = 1)
    -> FairQueue.Member
  {
    FairQueue.Member(
      flow: Int32(flow), caller: Int32(caller), lane: Int32(lane), weight: Int32(weight))
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func `It serves in the order of the naive queue that never forgets`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var queue = FairQueue()
    let naive = NaiveFairQueue()
    let weights = [16, 4, 1]
    let members = (0..<40).map { flow in
      member(flow, caller: flow % 7, lane: flow % 3, weight: weights[flow % 3])
    }
    var steps = 0
    for _ in 0..<3_000 {
      let one = members[Int.random(in: 0..<members.count, using: &random)]
      switch Int.random(in: 0..<8, using: &random) {
      case 0, 1, 2:
        queue.insert(one)
        naive.insert(one)
      case 3:
        queue.suspend(one.flow)
        naive.suspend(one)
      case 4 where Int.random(in: 0..<4, using: &random) == 0:
        queue.remove(one.flow)
        naive.remove(one)
      case 5 where Int.random(in: 0..<4, using: &random) == 0:
        let cost = 1 + Int.random(in: 0..<5, using: &random)
        queue.serve(one, cost: cost)
        naive.serve(one, cost: cost)
      default:
        guard let first = queue.first() else { break }
        let cost = 1 + Int.random(in: 0..<5, using: &random)
        queue.serve(members[Int(first)], cost: cost)
        naive.serve(members[Int(first)], cost: cost)
        steps += 1
      }
      let expected = naive.first()
      #expect(queue.first() == expected, "seed \(seed)")
      guard queue.first() == expected else { return }
      #expect(queue.isEmpty == (expected == nil))
    }
    #expect(steps > 500)
  }

  @Test func `Lanes of weights 16, 4 and 1 get their shares while all have work`() {
    var queue = FairQueue()
    let members = [
      member(0, lane: 0, weight: 16), member(1, lane: 1, weight: 4), member(2, lane: 2, weight: 1),
    ]
    for one in members { queue.insert(one) }
    var served = [0, 0, 0]
    for _ in 0..<2_100 {
      guard let first = queue.first() else { break }
      served[Int(first)] += 1
      queue.serve(members[Int(first)], cost: 1)
      queue.insert(members[Int(first)])
    }
    #expect(served == [1600, 400, 100])
  }

  @Test func `Shares by cost differ by at most one largest cost each, in every interval`() {
    var random = SplitMix64(seed: 99)
    var queue = FairQueue()
    let members = [member(0), member(1)]
    let largest = [5, 3]
    for one in members { queue.insert(one) }
    var difference = [0]
    var served = [0, 0]
    for _ in 0..<3_000 {
      guard let first = queue.first().map({ Int($0) }) else { break }
      let cost = 1 + Int.random(in: 0..<largest[first], using: &random)
      served[first] += cost
      queue.serve(members[first], cost: cost)
      queue.insert(members[first])
      difference.append(served[0] - served[1])
    }
    let spread = (difference.max() ?? 0) - (difference.min() ?? 0)
    #expect(spread <= largest[0] + largest[1])
  }

  @Test func `A caller with many flows gets no more than a caller with one`() {
    var queue = FairQueue()
    var members = (0..<20).map { member($0, caller: 1) }
    members.append(member(20, caller: 2))
    for one in members { queue.insert(one) }
    var single = 0
    for _ in 0..<200 {
      guard let first = queue.first() else { break }
      if first == 20 { single += 1 }
      queue.serve(members[Int(first)], cost: 1)
      queue.insert(members[Int(first)])
    }
    #expect(single == 100)
  }

  @Test func `A head taken out for a trial comes back to its place`() {
    var queue = FairQueue()
    for flow in 0..<5 { queue.insert(member(flow, caller: flow)) }
    #expect(queue.first() == 0)
    queue.suspend(0)
    #expect(queue.first() == 1)
    for flow in 1..<3 { queue.serve(member(flow, caller: flow), cost: 1) }
    queue.insert(member(9, caller: 9))
    queue.insert(member(0))
    #expect(queue.first() == 0)
  }

  @Test func `Idle time earns no credit`() {
    var queue = FairQueue()
    queue.insert(member(0, caller: 0))
    queue.insert(member(1, caller: 1))
    queue.serve(member(1, caller: 1), cost: 1)
    for _ in 0..<50 {
      queue.serve(member(0, caller: 0), cost: 1)
      queue.insert(member(0, caller: 0))
    }
    queue.insert(member(1, caller: 1))
    var order: [Int32] = []
    for _ in 0..<6 {
      guard let first = queue.first() else { break }
      order.append(first)
      queue.serve(member(Int(first), caller: Int(first)), cost: 1)
      queue.insert(member(Int(first), caller: Int(first)))
    }
    #expect(order.filter { $0 == 1 }.count == 3)
  }

  @Test func `A queue nobody waits in remembers nothing`() {
    var queue = FairQueue()
    for flow in 0..<100 { queue.insert(member(flow, caller: flow % 5, lane: flow % 3)) }
    while let first = queue.first() {
      queue.serve(
        member(Int(first), caller: Int(first) % 5, lane: Int(first) % 3), cost: 1)
    }
    #expect(queue.isIdle && queue.nodes.isEmpty && queue.groups.isEmpty && queue.index.isEmpty)
  }

  @Test func `Nodes of flows that passed vanish while others stay`() {
    var queue = FairQueue()
    queue.insert(member(100_000, caller: 1))
    for flow in 0..<2_000 {
      queue.insert(member(flow, caller: 2))
      for _ in 0..<2 {
        guard let first = queue.first() else { break }
        queue.serve(member(Int(first), caller: first == 100_000 ? 1 : 2), cost: 1)
        if first == 100_000 { queue.insert(member(100_000, caller: 1)) }
      }
    }
    #expect(queue.index.count < 50)
    #expect(queue.nodes.count < 50)
  }

  @Test func `A number given to another caller's flow does not inherit a place`() {
    var queue = FairQueue()
    queue.insert(member(1, caller: 1))
    queue.insert(member(2, caller: 2))
    queue.serve(member(1, caller: 1), cost: 3)
    queue.insert(member(1, caller: 3))
    queue.serve(member(2, caller: 2), cost: 1)
    #expect(queue.first() == 1)
    queue.serve(member(1, caller: 3), cost: 1)
    #expect(queue.isIdle)
  }
}
