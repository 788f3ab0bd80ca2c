import Seeding
import Testing
import Timekeeping

@testable import Limits

/// What can be said of a limit without changing it agrees with what it says itself.
@Suite struct RoomTests {
  private static let rate = Rate(allow: 5, per: .seconds(1))
  private static let kinds: [LimitKind] = [
    .tokenBucket(rate: rate, burst: 4), .tokenBucket(rate: rate, burst: 4, spread: .seconds(1)),
    .slidingWindow(rate: rate), .unknown(rate: rate), .concurrency(allow: 4),
    .twoCounterWindow(rate: rate, spread: .milliseconds(10)),
    .fixedWindow(rate: rate, start: .firstRequest), .calendar(allow: 30),
    .spacing(every: .milliseconds(100)), .learned(start: rate),
  ]

  @Test(arguments: kinds.indices, [1, 2, 3] as [UInt64])
  func `Room that is there without a look is there`(index: Int, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var now = Instant(nanoseconds: 0)
    var state = LimitState(
      RoomTests.kinds[index], at: now, wall: WallTime(secondsSinceEpoch: 1_700_000_000), seed: seed)
    var sent: [Int] = []
    var found = 0
    for _ in 0..<3_000 {
      now = now.advanced(byNanoseconds: Int64(random.next() % 200_000_000))
      let cost = Int(random.next() % 3) + 1
      let isOpen = state.hasRoomAlready(for: cost, at: now)
      let answer = state.availability(cost: cost, at: now)
      if isOpen {
        found += 1
        #expect(answer == .now, "\(RoomTests.kinds[index]), seed \(seed)")
      }
      if answer == .now {
        state.take(cost: cost, at: now)
        sent.append(cost)
      }
      while let cost = sent.last, random.next() % 3 > 0 {
        sent.removeLast()
        for step in [Settlement.response(late: false), .finished] {
          var copy = state
          copy.settle(cost: cost, step, at: now)
          if state.follows(step) {
            state = copy
          } else {
            #expect(copy.left(at: now) == state.left(at: now), "seed \(seed)")
          }
        }
      }
    }
    switch RoomTests.kinds[index] {
    case .tokenBucket, .slidingWindow, .unknown, .concurrency: #expect(found > 100, "seed \(seed)")
    default: #expect(found == 0)
    }
  }
}
