import Seeding
import Testing
import Timekeeping

@testable import Scheduling

@Suite struct DeadlineQueueTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `It agrees with a dictionary under random changes`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var queue = DeadlineQueue()
    var oracle: [Int: Int64] = [:]
    var now: Int64 = 0
    for _ in 0..<4_000 {
      let id = Int.random(in: 0..<200, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0, 1:
        let time = now + Int64(Int.random(in: 0..<1_000, using: &random))
        queue.schedule(id, at: Instant(nanoseconds: time))
        oracle[id] = time
      case 2:
        queue.cancel(id)
        oracle[id] = nil
      default:
        now += Int64(Int.random(in: 0..<50, using: &random))
        while let due = queue.popDue(at: Instant(nanoseconds: now)) {
          #expect(oracle[due].map { $0 <= now } == true)
          oracle[due] = nil
        }
        #expect(oracle.values.allSatisfy { $0 > now }, "seed \(seed)")
      }
      #expect(queue.next()?.nanoseconds == oracle.values.min(), "seed \(seed)")
      #expect(queue.count == oracle.count)
      #expect(queue.deadline(of: id)?.nanoseconds == oracle[id])
    }
  }

  @Test func `Stale entries never outnumber the live ones for long`() {
    var queue = DeadlineQueue()
    for round in 0..<100 {
      for id in 0..<100 {
        queue.schedule(id, at: Instant(nanoseconds: Int64(round * 1000 + id)))
      }
    }
    #expect(queue.count == 100)
    #expect(queue.entries <= 201)
  }

  @Test func `The end of time is no deadline`() {
    var queue = DeadlineQueue()
    queue.schedule(3, at: .distantFuture)
    #expect(queue.count == 0 && queue.next() == nil)
    queue.schedule(3, at: Instant(nanoseconds: 5))
    queue.schedule(3, at: .distantFuture)
    #expect(queue.count == 0 && queue.next() == nil)
  }
}
