import Seeding
import Testing
import Timekeeping

@testable import Scheduling

@Suite struct FairQueueOutlookTests {
  private let now = Instant(nanoseconds: 0)

  private struct Case {
    var queue = FairQueue()
    var members: [FairQueue.Member] = []
  }

  /// A queue under way, with backlogs from 1 to `most` in uneven lanes and callers.
  private func makeCase(flows: Int, most: Int, _ random: inout SplitMix64) -> Case {
    var made = Case()
    let weights: [Int32] = [16, 4, 1, 100]
    let lanes = 1 + Int(random.next() % 4)
    let callers = 1 + Int(random.next() % 6)
    for flow in 0..<flows {
      let lane = Int32(random.next() % UInt64(lanes))
      // Three in one lane, a thousand in another.
      let scale = random.next() % 3 == 0 ? most : 1 + most / 50
      made.members.append(
        FairQueue.Member(
          flow: Int32(flow), caller: Int32(random.next() % UInt64(callers)), lane: lane,
          weight: weights[Int(lane)], units: Int32(1 + random.next() % UInt64(scale))))
    }
    for one in made.members { made.queue.insert(one, at: now) }
    for _ in 0..<random.next() % UInt64(2 * flows) { serve(&made.queue, &made.members) }
    return made
  }

  private func serve(_ queue: inout FairQueue, _ members: inout [FairQueue.Member]) {
    guard let first = queue.first(at: now).map({ Int($0) }) else { return }
    queue.serve(members[first], cost: 1, at: now)
    members[first].units -= 1
    if members[first].units > 0 { queue.insert(members[first], at: now) }
  }

  /// How many units are served before the flow's unit behind `ahead` of its own.
  private func run(_ from: Case, flow: Int, ahead: Int) -> Int {
    var run = from
    var own = 0
    for units in 0..<1_000_000 {
      guard let first = run.queue.first(at: now).map({ Int($0) }) else { return -1 }
      if first == flow {
        if own == ahead { return units }
        own += 1
      }
      serve(&run.queue, &run.members)
    }
    return -1
  }

  /// Of 600 flows only a sample is looked at.
  @Test(
    arguments: [(12, 300, 95), (40, 40, 95), (60, 8, 95), (100, 20, 95), (600, 20, 85)],
    [1, 2, 3] as [UInt64])
  func `It foretells what happens`(size: (flows: Int, most: Int, share: Int), seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var good = 0
    var all = 0
    for _ in 0..<20 {
      let made = makeCase(flows: size.flows, most: size.most, &random)
      for _ in 0..<5 {
        let flow = Int(random.next() % UInt64(size.flows))
        let units = Int(made.members[flow].units)
        guard units > 0 else { continue }
        let ahead = Int(random.next() % UInt64(units))
        let foretold = made.queue.outlook(made.members[flow], ownUnits: ahead).units
        let happened = run(made, flow: flow, ahead: ahead)
        all += 1
        if abs(foretold - happened) <= max(2, happened / 10) { good += 1 }
      }
    }
    #expect(all > 20 && 100 * good >= size.share * all, "seed \(seed): \(good) of \(all)")
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `It foretells what happens to one that comes now`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var good = 0
    for _ in 0..<100 {
      var made = makeCase(flows: 20, most: 30, &random)
      let lane = Int32(random.next() % 4)
      let new = FairQueue.Member(
        flow: 20, caller: Int32(random.next() % 6), lane: lane,
        weight: [16, 4, 1, 100][Int(lane)], units: 10)
      let ahead = Int(random.next() % 10)
      let foretold = made.queue.outlook(new, ownUnits: ahead).units
      made.queue.insert(new, at: now)
      made.members.append(new)
      let happened = run(made, flow: 20, ahead: ahead)
      if abs(foretold - happened) <= max(2, happened / 10) { good += 1 }
    }
    #expect(good >= 95, "seed \(seed): \(good)")
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `Counts of waiting units are those of the flows that stand`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let tree = FairTree()
    var units: [Int32: Int] = [:]
    for _ in 0..<5_000 {
      let flow = Int32(random.next() % 30)
      var one = FairQueue.Member(flow: flow, caller: flow % 5, lane: flow % 3, weight: 1)
      switch random.next() % 6 {
      case 0, 1:
        one.units = 1 + Int32(random.next() % 9)
        tree.insert(one, at: 0)
        units[flow] = Int(one.units)
      case 2:
        if tree.suspend(flow) { units[flow] = nil }
      case 3:
        if tree.remove(flow) { units[flow] = nil }
      case 4:
        let more = Int(random.next() % 9) - 3
        tree.addUnits(more, to: flow)
        if let before = units[flow] { units[flow] = max(1, before + more) }
      default:
        tree.serve(one, cost: 1, isOver: true, at: 0)
        units[flow] = nil
      }
      #expect(tree.root.units == units.values.reduce(0, +), "seed \(seed)")
      #expect(tree.laneGroups.map { $0.units }.reduce(0, +) == tree.root.units)
      #expect(tree.callerGroups.map { $0.units }.reduce(0, +) == tree.root.units)
    }
  }

  @Test func `A lone flow waits for its own, and another for both`() {
    var queue = FairQueue()
    let one = FairQueue.Member(flow: 1, caller: 1, lane: 0, weight: 1, units: 5)
    let other = FairQueue.Member(flow: 2, caller: 2, lane: 0, weight: 1)
    #expect(queue.outlook(one, ownUnits: 3).units == 3)
    queue.insert(one, at: now)
    #expect(queue.outlook(one, ownUnits: 3).units == 3)
    #expect(queue.outlook(other, ownUnits: 0).units == 1)
    #expect(queue.outlook(other, ownUnits: 3).units == 7)
    #expect(queue.outlook(other, ownUnits: 30).units == 35)
    queue.addUnits(10, to: 1)
    #expect(queue.outlook(other, ownUnits: 30).units == 45)
    queue.suspend(1)
    #expect(queue.outlook(other, ownUnits: 30).units == 30)
    queue.insert(other, at: now)
    for far in [one, other] { #expect(queue.outlook(far, ownUnits: .max).units == .max) }
  }
}
