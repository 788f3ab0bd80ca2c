import Testing
import Timekeeping

@testable import Scheduling

@Suite struct WornQueueTests {
  @Test func `A queue that was large once costs no more than one that was not`() {
    var queue = DeadlineQueue()
    queue.schedule(2_000_000, at: Instant(nanoseconds: 1))
    queue.cancel(2_000_000)
    let start = ContinuousClock.now
    for time in 0..<100_000 {
      queue.schedule(time % 8, at: Instant(nanoseconds: Int64(time)))
      queue.cancel(time % 8)
    }
    #expect(queue.count == 0 && queue.entries <= 65)
    // Looking at every id that ever was takes a minute.
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test func `A deadline that moves to and fro leaves nothing behind`() {
    var queue = DeadlineQueue()
    for id in 0..<40 { queue.schedule(id, at: Instant(nanoseconds: 7)) }
    for time in 0..<10_000 { queue.schedule(0, at: Instant(nanoseconds: Int64(time % 2))) }
    #expect(queue.entries <= 2 * queue.count + 64)
    #expect(queue.popDue(at: Instant(nanoseconds: 1)) == 0)
    #expect(queue.popDue(at: Instant(nanoseconds: 1)) == nil && queue.count == 39)
  }

  @Test func `Tags that have grown to the end of their range still give turns`() {
    var queue = FairQueue()
    let members = (0..<2).map {
      FairQueue.Member(flow: Int32($0), caller: Int32($0), lane: 0, weight: 1)
    }
    for member in members { queue.insert(member, at: Instant(nanoseconds: 0)) }
    var turns = [0, 0]
    for _ in 0..<30_000 {
      guard let flow = queue.first(at: Instant(nanoseconds: 0)) else { break }
      turns[Int(flow)] += 1
      queue.serve(members[Int(flow)], cost: 1_000_000_000, at: Instant(nanoseconds: 0))
      queue.insert(members[Int(flow)], at: Instant(nanoseconds: 0))
    }
    #expect(turns == [15_000, 15_000])
  }
}
