import Testing
import Timekeeping

@testable import Limits

@Suite struct ClampTests {
  static let kinds: [LimitKind] = [
    .slidingWindow(rate: perMinute(60)), .slidingWindow(rate: Rate(allow: 20, per: .seconds(4))),
    .tokenBucket(rate: perMinute(120), burst: 30),
    .tokenBucket(rate: Rate(allow: 20, per: .seconds(1)), burst: 4, spread: .milliseconds(75)),
    .fixedWindow(rate: Rate(allow: 40, per: .seconds(10)), start: .anywhere),
    .fixedWindow(
      rate: Rate(allow: 40, per: .seconds(10)),
      start: .aligned(offset: .zero, delta: .milliseconds(200))),
    .fixedWindow(rate: Rate(allow: 40, per: .seconds(10)), start: .firstRequest),
  ]

  /// Nanoseconds from request to request, at nine tenths of the limits of `kinds`.
  static let intervals: [Int64] = [1111, 222, 555, 56, 278, 278, 278].map { $0 * 1_000_000 }

  static func scenarios(foreign: Int) -> [ClampScenario] {
    var all: [ClampScenario] = []
    for (index, kind) in kinds.enumerated() {
      for delays in [Delays.uniform, .lognormal, .spikes, .reordering] {
        if case .tokenBucket(_, _, .some) = kind, delays != .uniform || foreign > 0 { continue }
        // Round trips of half a window tell too little of others.
        if foreign > 0, delays == .reordering, intervals[index] < 250_000_000 { continue }
        all.append(
          ClampScenario(
            kind: kind, delays: delays, requests: 3_000, seed: UInt64(50 + index),
            foreignBurst: foreign, foreignEvery: foreign > 0 ? 18 * intervals[index] : 0,
            interval: foreign > 0 ? intervals[index] : 0))
      }
    }
    return all
  }

  @Test(arguments: scenarios(foreign: 0))
  func `A sole client never believes in more than there is, and is not slowed`(
    scenario: ClampScenario
  ) {
    let outcome = scenario.run()
    #expect(outcome.rejected == 0, "\(scenario)")
    #expect(outcome.above == 0, "\(scenario)")
    #expect(outcome.lowered == 0, "\(scenario)")
    #expect(outcome.sent == scenario.requests, "\(scenario)")
    var blind = scenario
    blind.reads = false
    #expect(Double(outcome.elapsed) <= 1.001 * Double(blind.run().elapsed), "\(scenario)")
  }

  @Test(arguments: scenarios(foreign: 3))
  func `With others on the limit it goes on, and is refused less than without the counters`(
    scenario: ClampScenario
  ) {
    let outcome = scenario.run()
    #expect(outcome.sent == scenario.requests, "\(scenario)")
    #expect(outcome.lowered > 0, "\(scenario)")
    var blind = scenario
    blind.reads = false
    #expect(outcome.rejected <= blind.run().rejected, "\(scenario)")
  }

  @Test func `Counters open a window that the provider had emptied earlier`() {
    // The provider's windows are fixed; held until the response plus the window is too careful.
    var scenario = ClampScenario(
      kind: .slidingWindow(rate: perMinute(60)),
      provider: .fixedWindow(rate: perMinute(60), start: .anywhere), delays: .uniform,
      requests: 1_500, seed: 3)
    let outcome = scenario.run()
    #expect(outcome.rejected == 0 && outcome.above == 0)
    scenario.reads = false
    #expect(outcome.elapsed <= scenario.run().elapsed)
  }

  private func bucket(_ kind: LimitKind) -> Bucket {
    let bucket = Bucket(
      state: LimitState(kind, at: ms(0), wall: WallTime(secondsSinceEpoch: 0)))
    bucket.track(at: ms(0))
    return bucket
  }

  @Test(
    arguments: [
      // Too old, another window, a reset out of all bounds, a limit of nothing.
      (Observation(remaining: 0), 6_100), (Observation(remaining: 0, window: .seconds(3600)), 100),
      (Observation(remaining: 0, reset: .seconds(126)), 100),
      (Observation(remaining: 0, reset: .seconds(-6)), 100),
      (Observation(limit: 0, remaining: 0), 100), (Observation(limit: -5), 100),
      (Observation(), 100), (Observation(reset: .seconds(5)), 100),
    ] as [(Observation, Int64)])
  func `What says nothing changes nothing`(seen: Observation, at: Int64) {
    let bucket = bucket(.slidingWindow(rate: perMinute(60)))
    bucket.take(cost: 1, token: 1, at: ms(0))
    bucket.settle(cost: 1, .response(late: false), at: ms(at))
    #expect(bucket.observe(seen, sent: ms(0), taken: 1, at: ms(at)) == .ignored)
    #expect(bucket.left(at: ms(at)) == 59)
  }

  @Test(
    arguments: [
      .slidingWindow(rate: perMinute(60)), .tokenBucket(rate: perMinute(60), burst: 60),
      .fixedWindow(rate: perMinute(60), start: .firstRequest),
      .fixedWindow(rate: perMinute(60), start: .aligned(offset: .zero, delta: .zero)),
    ] as [LimitKind])
  func `Nothing remaining, without a reset, is over after the window`(kind: LimitKind) {
    let bucket = bucket(kind)
    bucket.take(cost: 1, token: 1, at: ms(100))
    bucket.settle(cost: 1, .response(late: false), at: ms(200))
    let seen = Observation(limit: 60, remaining: 0)
    #expect(
      bucket.observe(seen, sent: ms(100), taken: 1, at: ms(200)) == .lowered(by: 58)
        || bucket.observe(seen, sent: ms(100), taken: 1, at: ms(200)) == .agreed)
    #expect(bucket.left(at: ms(200)) <= 1)
    #expect(bucket.left(at: ms(61_000)) >= 57)
  }

  @Test func `A stated end of the window frees what others took`() {
    let bucket = bucket(.slidingWindow(rate: perMinute(60)))
    bucket.take(cost: 1, token: 1, at: ms(0))
    bucket.settle(cost: 1, .response(late: false), at: ms(100))
    let seen = Observation(limit: 60, remaining: 0, reset: .seconds(10))
    #expect(bucket.observe(seen, sent: ms(0), taken: 1, at: ms(100)) == .lowered(by: 59))
    #expect(bucket.left(at: ms(11_000)) == 0)
    // Of the own slot, the newest in time order, nothing is freed before its own time.
    #expect(bucket.left(at: ms(60_130)) == 60)
  }

  @Test func `A changed limit shrinks at once and grows with the next release`() {
    let bucket = bucket(.slidingWindow(rate: perMinute(60)))
    func answer(_ limit: Int, _ remaining: Int, at: Int64) -> ObservationOutcome {
      bucket.take(cost: 1, token: 1, at: ms(at))
      bucket.settle(cost: 1, .response(late: false), at: ms(at + 50))
      let seen = Observation(limit: limit, remaining: remaining)
      return bucket.observe(seen, sent: ms(at), taken: 1, at: ms(at + 50))
    }
    #expect(answer(60, 59, at: 0) == .agreed)
    #expect(answer(25, 23, at: 1_000) == .resized(from: 60, to: 25))
    #expect(bucket.left(at: ms(1_100)) == 23)
    // The counters prove the new room, so it need not wait for a release.
    #expect(answer(100, 97, at: 2_000) == .resized(from: 25, to: 100))
    #expect(bucket.left(at: ms(2_100)) == 97)
    #expect(bucket.capacity == 100)
    bucket.resize(to: 120, at: ms(2_200))
    #expect(bucket.left(at: ms(2_200)) == 97)
    #expect(bucket.left(at: ms(60_080)) == 118)
  }

  @Test func `A larger limit than the operator's is another bucket's, and opens nothing`() {
    let bucket = bucket(.slidingWindow(rate: perMinute(10)))
    bucket.take(cost: 10, token: 1, at: ms(0))
    bucket.settle(cost: 10, .response(late: false), at: ms(50))
    let seen = Observation(limit: 1_000, remaining: 900)
    #expect(bucket.observe(seen, sent: ms(0), taken: 10, at: ms(50)) == .agreed)
    #expect(bucket.left(at: ms(50)) == 0 && bucket.capacity == 10)
    let only = Observation(limit: 10, remaining: 10, isOnlyUpperBound: true)
    #expect(bucket.observe(only, sent: ms(0), taken: 10, at: ms(50)) == .agreed)
    #expect(bucket.left(at: ms(50)) == 0)
  }

  @Test func `When a bucket is full tells how many tokens it has`() {
    let bucket = bucket(.tokenBucket(rate: perMinute(120), burst: 120))
    bucket.take(cost: 1, token: 1, at: ms(0))
    bucket.settle(cost: 1, .response(late: false), at: ms(100))
    // 30 s at 2/s are 60 tokens missing, of which we took one.
    let seen = Observation(limit: 120, reset: .seconds(30), resetMeaning: .full)
    guard case .lowered = bucket.observe(seen, sent: ms(0), taken: 1, at: ms(100)) else {
      Issue.record("others took 59 tokens")
      return
    }
    #expect((58...64).contains(bucket.left(at: ms(100))))
    // A remaining that contradicts it opens nothing.
    let other = Observation(limit: 120, remaining: 119, reset: .seconds(30), resetMeaning: .full)
    bucket.take(cost: 1, token: 2, at: ms(200))
    let left = bucket.left(at: ms(300))
    #expect(bucket.observe(other, sent: ms(200), taken: 1, at: ms(300)) == .agreed)
    #expect(bucket.left(at: ms(300)) == left)
  }

  @Test func `Room is left to others, and less as they fall silent`() {
    let bucket = bucket(.slidingWindow(rate: Rate(allow: 600, per: .seconds(60))))
    var now: Int64 = 0
    for round in 1...20 {
      now += 500
      bucket.take(cost: 1, token: 1, at: ms(now))
      bucket.settle(cost: 1, .response(late: false), at: ms(now + 100))
      // Others take 20 in each half second.
      let seen = Observation(limit: 600, remaining: 600 - 21 * round)
      _ = bucket.observe(seen, sent: ms(now), taken: 1, at: ms(now + 100))
    }
    let free = bucket.left(at: ms(now + 100))
    #expect(free == 180)
    #expect(bucket.availability(cost: free, at: ms(now + 100)) != .now)
    #expect(bucket.availability(cost: free - 12, at: ms(now + 100)) == .now)
    #expect(bucket.availability(cost: 600, at: ms(now + 100_000)) == .now)
  }

  @Test func `Hostile numbers do not trap`() {
    for kind in ClampTests.kinds {
      let bucket = bucket(kind)
      for number in [Int.min, -1, 0, 1, .max] {
        bucket.take(cost: 1, token: 1, at: ms(10))
        for meaning in [ResetMeaning.windowEnd, .full, .nextSlot, .oldestExpires] {
          for reset in [nil, Duration.zero, .seconds(Int64.max), .seconds(Int64.min), .seconds(1)] {
            let seen = Observation(
              limit: number, remaining: number, window: reset, reset: reset, resetMeaning: meaning)
            _ = bucket.observe(seen, sent: ms(10), taken: 1, at: ms(20))
            let bare = Observation(remaining: number, reset: reset, resetMeaning: meaning)
            _ = bucket.observe(bare, sent: ms(10), taken: .max, at: ms(20))
          }
        }
        bucket.settle(cost: 1, .response(late: false, credit: Int64(number)), at: ms(20))
        bucket.adjust(by: number, at: ms(20))
        _ = bucket.usedShare(at: ms(20))
        _ = bucket.remainingPeriod(at: ms(20))
        bucket.resize(to: number, at: ms(20))
        _ = bucket.instant(whenRoomFor: 5, at: ms(20))
      }
      #expect(bucket.capacity >= 1)
    }
  }
}
