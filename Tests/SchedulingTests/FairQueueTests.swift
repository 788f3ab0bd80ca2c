import Seeding
import Testing
import Timekeeping

@testable import Scheduling

@Suite struct FairQueueTests {
  private let start = Instant(nanoseconds: 0)

  private func member(_ flow: Int, caller: Int = 0, lane: Int = 0, weight: Int = 1)
    -> FairQueue.Member
  {
    FairQueue.Member(
      flow: Int32(flow), caller: Int32(caller), lane: Int32(lane), weight: Int32(weight))
  }

  @Test func `Lanes of weights 16, 4 and 1 get their shares while all have work`() {
    var queue = FairQueue()
    let members = [
      member(0, lane: 0, weight: 16), member(1, lane: 1, weight: 4), member(2, lane: 2, weight: 1),
    ]
    for one in members { queue.insert(one, at: start) }
    var served = [0, 0, 0]
    for second in 0..<2_100 {
      let now = start + .seconds(second)
      guard let first = queue.first(at: now) else { break }
      served[Int(first)] += 1
      queue.serve(members[Int(first)], cost: 1, at: now)
      queue.insert(members[Int(first)], at: now)
    }
    #expect(served == [1600, 400, 100])
  }

  @Test func `Shares by cost differ by at most one largest cost each, in every interval`() {
    var random = SplitMix64(seed: 99)
    var queue = FairQueue()
    let members = [member(0), member(1)]
    let largest = [5, 3]
    for one in members { queue.insert(one, at: start) }
    var difference = [0]
    var served = [0, 0]
    for _ in 0..<3_000 {
      guard let first = queue.first(at: start).map({ Int($0) }) else { break }
      let cost = 1 + Int.random(in: 0..<largest[first], using: &random)
      served[first] += cost
      queue.serve(members[first], cost: cost, at: start)
      queue.insert(members[first], at: start)
      difference.append(served[0] - served[1])
    }
    let spread = (difference.max() ?? 0) - (difference.min() ?? 0)
    #expect(spread <= largest[0] + largest[1])
  }

  @Test func `A caller with many flows gets no more than a caller with one`() {
    var queue = FairQueue()
    var members = (0..<20).map { member($0, caller: 1) }
    members.append(member(20, caller: 2))
    for one in members { queue.insert(one, at: start) }
    var single = 0
    for _ in 0..<200 {
      guard let first = queue.first(at: start) else { break }
      if first == 20 { single += 1 }
      queue.serve(members[Int(first)], cost: 1, at: start)
      queue.insert(members[Int(first)], at: start)
    }
    #expect(single == 100)
  }

  @Test func `A head taken out for a trial comes back to its place`() {
    var queue = FairQueue()
    for flow in 0..<5 { queue.insert(member(flow, caller: flow), at: start) }
    #expect(queue.first(at: start) == 0)
    queue.suspend(0)
    #expect(queue.first(at: start) == 1)
    for flow in 1..<3 { queue.serve(member(flow, caller: flow), cost: 1, at: start) }
    queue.insert(member(9, caller: 9), at: start)
    queue.insert(member(0), at: start)
    #expect(queue.first(at: start) == 0)
  }

  @Test func `Idle time earns no credit`() {
    var queue = FairQueue()
    queue.insert(member(0, caller: 0), at: start)
    queue.insert(member(1, caller: 1), at: start)
    queue.serve(member(1, caller: 1), cost: 1, at: start)
    for _ in 0..<50 {
      queue.serve(member(0, caller: 0), cost: 1, at: start)
      queue.insert(member(0, caller: 0), at: start)
    }
    queue.insert(member(1, caller: 1), at: start)
    var order: [Int32] = []
    for _ in 0..<6 {
      guard let first = queue.first(at: start) else { break }
      order.append(first)
      queue.serve(member(Int(first), caller: Int(first)), cost: 1, at: start)
      queue.insert(member(Int(first), caller: Int(first)), at: start)
    }
    #expect(order.filter { $0 == 1 }.count == 3)
  }

  @Test func `A queue nobody waits in remembers nothing`() {
    var queue = FairQueue()
    for flow in 0..<100 { queue.insert(member(flow, caller: flow % 5, lane: flow % 3), at: start) }
    while let first = queue.first(at: start) {
      queue.serve(
        member(Int(first), caller: Int(first) % 5, lane: Int(first) % 3), cost: 1, at: start)
    }
    #expect(queue.isIdle && queue.isEmpty)
    #expect(MemoryLayout<FairQueue>.size == 8)
  }

  @Test func `Nodes of flows that passed vanish while others stay`() {
    let tree = FairTree()
    tree.insert(member(100_000, caller: 1), at: 0)
    for flow in 0..<2_000 {
      tree.insert(member(flow, caller: 2 + flow % 3), at: 0)
      for _ in 0..<2 {
        guard let first = tree.first(at: 0) else { break }
        let isFirst = first == 100_000
        tree.serve(
          member(Int(first), caller: isFirst ? 1 : 2 + Int(first) % 3), cost: 1, isOver: true, at: 0
        )
        if isFirst { tree.insert(member(100_000, caller: 1), at: 0) }
      }
    }
    #expect(tree.flowTable.count < 50 && tree.callerTable.count < 50)
    #expect(tree.flows.count < 50 && tree.callers.count < 50)
  }

  @Test func `A number given to another caller's flow does not inherit a place`() {
    var queue = FairQueue()
    queue.insert(member(1, caller: 1), at: start)
    queue.insert(member(2, caller: 2), at: start)
    queue.serve(member(1, caller: 1), cost: 3, at: start)
    queue.insert(member(1, caller: 3), at: start)
    queue.serve(member(2, caller: 2), cost: 1, at: start)
    #expect(queue.first(at: start) == 1)
    queue.serve(member(1, caller: 3), cost: 1, at: start)
    #expect(queue.isIdle)
  }

  @Test func `A copy goes its own way`() {
    var queue = FairQueue()
    for flow in 0..<3 { queue.insert(member(flow), at: start) }
    var copy = queue
    copy.serve(member(0), cost: 1, at: start)
    #expect(copy.first(at: start) == 1 && queue.first(at: start) == 0)
    queue.remove(0)
    queue.remove(1)
    #expect(copy.first(at: start) == 1 && queue.first(at: start) == 2)
  }

  @Test func `A lone flow is taken aside, comes back, changes its owner and leaves`() {
    var queue = FairQueue()
    queue.insert(member(7), at: start)
    #expect(!queue.suspend(8) && queue.suspend(7) && !queue.suspend(7))
    #expect(queue.isEmpty && !queue.isIdle && queue.first(at: start) == nil)
    queue.insert(member(7), at: start)
    #expect(queue.first(at: start) == 7)
    queue.suspend(7)
    queue.insert(member(8, caller: 1), at: start)
    #expect(queue.first(at: start) == 8)
    queue.insert(member(7), at: start)
    #expect(queue.first(at: start) == 7)
    #expect(queue.remove(7) && queue.remove(8) && !queue.remove(8) && queue.isIdle)
  }
}
