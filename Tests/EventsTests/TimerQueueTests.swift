import Seeding
import Testing
import Timekeeping

@testable import Events

@Suite struct TimerQueueTests {
  private final class Tally {
    var fired: [Int] = []
  }

  private static func instant(_ milliseconds: Int64) -> Instant {
    Instant(nanoseconds: milliseconds * 1_000_000)
  }

  /// The queue beside a list that is searched from end to end, over random courses.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `timers fire when they are due, in order, however they are set`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let loop = try EventLoop()
    let tally = Tally()
    let timers = (0..<40).map { number in Timer(loop) { tally.fired.append(number) } }
    var wanted: [Int: Int64] = [:]
    var now: Int64 = 0
    for _ in 0..<2_000 {
      let number = Int.random(in: 0..<40, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<6:
        wanted[number] = now + Int64.random(in: 1...500, using: &random)
        timers[number].set(wanted[number].map(TimerQueueTests.instant))
      case 6:
        wanted[number] = nil
        timers[number].set(nil)
      default:
        now += Int64.random(in: 1...100, using: &random)
        tally.fired = []
        loop.timers.ring(at: TimerQueueTests.instant(now))
        let due = wanted.filter { $0.value <= now }
        #expect(Set(tally.fired) == Set(due.keys), "seed \(seed)")
        #expect(tally.fired.count == due.count, "seed \(seed)")
        let instants = tally.fired.compactMap { due[$0] }
        #expect(instants == instants.sorted(), "seed \(seed)")
        for number in due.keys { wanted[number] = nil }
      }
      #expect(timers.map(\.deadline) == (0..<40).map { wanted[$0].map(Self.instant) })
    }
  }

  @Test func `a timer that its own handler sets to the past has its next turn`() throws {
    let loop = try EventLoop()
    let tally = Tally()
    var again: Timer?
    again = Timer(loop) {
      tally.fired.append(1)
      again?.set(TimerQueueTests.instant(1))
    }
    again?.set(TimerQueueTests.instant(5))
    loop.timers.ring(at: TimerQueueTests.instant(10))
    #expect(tally.fired == [1])
    loop.timers.ring(at: TimerQueueTests.instant(10))
    #expect(tally.fired == [1, 1])
    again = nil
  }

  @Test func `a timer that is gone leaves the queue`() throws {
    let loop = try EventLoop()
    let tally = Tally()
    var timer: Timer? = Timer(loop) { tally.fired.append(1) }
    timer?.set(TimerQueueTests.instant(5))
    timer = nil
    loop.timers.ring(at: TimerQueueTests.instant(10))
    #expect(tally.fired.isEmpty)
  }
}
