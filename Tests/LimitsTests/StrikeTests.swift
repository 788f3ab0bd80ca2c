import Seeding
import Testing
import Timekeeping

@testable import Limits

@Suite struct StrikeTests {
  private func bucket(_ kind: LimitKind) -> Bucket {
    Bucket(state: LimitState(kind, at: ms(0), wall: WallTime(nanoseconds: 0)))
  }

  @Test func `An unexplained refusal costs slack once, then a unit that comes back in an hour`() {
    let bucket = bucket(.slidingWindow(rate: perMinute(10)))
    bucket.struck(room: false, at: ms(0))
    #expect(bucket.capacity == 10)
    bucket.struck(room: true, at: ms(1_000))
    bucket.struck(room: true, at: ms(1_500))
    #expect(bucket.capacity == 10)
    bucket.take(cost: 10, token: 1, at: ms(1_600))
    bucket.settle(cost: 10, .response(late: false), at: ms(1_700))
    #expect(bucket.availability(cost: 1, at: ms(1_700)) == .at(ms(61_755)))
    bucket.struck(room: true, at: ms(3_000))
    bucket.struck(room: true, at: ms(5_000))
    #expect(bucket.capacity == 8 && bucket.stated == 10)
    #expect(!bucket.isForgettable(at: ms(100_000)))
    #expect(bucket.left(at: ms(100_000)) == 8)
    #expect(bucket.left(at: ms(3_604_999)) == 8)
    #expect(bucket.left(at: ms(3_605_000)) == 9)
    #expect(bucket.availability(cost: 10, at: ms(7_205_000)) == .now)
    #expect(bucket.isForgettable(at: ms(7_205_000)))
  }

  @Test func `Slack is raised up to a second, and a limit is never cut to nothing`() {
    let bucket = bucket(.fixedWindow(rate: perMinute(3), start: .firstRequest))
    var now: Int64 = 0
    for _ in 0..<60 {
      now += 4 * 3_600_000
      _ = bucket.left(at: ms(now))
      bucket.struck(room: true, at: ms(now))
    }
    #expect(bucket.capacity == 2)
    bucket.take(cost: 1, token: 1, at: ms(now))
    bucket.take(cost: 1, token: 1, at: ms(now))
    bucket.settle(cost: 1, .response(late: false), at: ms(now + 10))
    #expect(bucket.availability(cost: 1, at: ms(now + 20)) == .at(ms(now + 61_040)))
    for step in 1...5 { bucket.struck(room: true, at: ms(now + Int64(step) * 2_000)) }
    #expect(bucket.capacity == 1)
  }

  @Test func `Concurrency falls by a tenth`() {
    let bucket = bucket(.concurrency(allow: 30))
    bucket.struck(room: true, at: ms(0))
    #expect(bucket.capacity == 27)
    bucket.struck(room: true, at: ms(2_000))
    #expect(bucket.capacity == 25)
  }

  @Test func `An unknown limit that refuses with room is paced for two counters`() {
    let bucket = bucket(.unknown(rate: perMinute(32)))
    bucket.struck(room: true, at: ms(0))
    bucket.take(cost: 1, token: 1, at: ms(2_000))
    guard case .at(let next) = bucket.availability(cost: 1, at: ms(2_000)) else {
      Issue.record("not paced")
      return
    }
    #expect((2_000...2_100).contains((next - ms(2_000)).wholeMilliseconds))
  }

  /// A saturated client of a bucket of `rate` per second whose limit nobody states.
  private func learn(
    rate: Int64, start: Int, hours: Int64, throttled: ClosedRange<Int64>? = nil
  ) -> (refused: Int, use: Double) {
    var random = SplitMix64(seed: 5)
    let bucket = bucket(.learned(start: Rate(allow: start, per: .seconds(1))))
    var upstream = UpstreamModel(
      .tokenBucket(rate: Rate(allow: Int(rate), per: .seconds(1)), burst: Int(rate)),
      countsRejected: false)
    var now: Int64 = 0
    var (refused, accepted, lastHour) = (0, 0, 0)
    let end = hours * 3_600_000
    while now < end {
      guard case .now = bucket.availability(cost: 1, at: ms(now)) else {
        now = bucket.instant(whenRoomFor: 1, at: ms(now)).nanoseconds / 1_000_000 + 1
        continue
      }
      bucket.take(cost: 1, token: 1, at: ms(now))
      let isThrottled = throttled?.contains(now) ?? false
      let isAccepted = upstream.accepts(at: now * 1_000_000) && !isThrottled
      let answered = now + 20 + Int64(random.next() % 30)
      bucket.settle(cost: 1, .response(late: false), at: ms(answered))
      if isAccepted {
        accepted += 1
        if now >= end - 3_600_000 { lastHour += 1 }
      } else {
        refused += 1
        bucket.struck(room: true, at: ms(answered))
        // The hold of a refused scope.
        now += 1_000
      }
    }
    return (refused, Double(lastHour) / Double(3_600 * rate))
  }

  @Test(arguments: [(10, 2), (10, 8), (10, 40), (3, 1)] as [(Int64, Int)])
  func `A ceiling is found with few refusals and used well`(rate: Int64, start: Int) {
    let outcome = learn(rate: rate, start: start, hours: 4)
    #expect(outcome.refused <= 20, "\(outcome)")
    #expect(outcome.use >= 0.95 && outcome.use <= 1, "\(outcome)")
  }

  @Test func `Without demand a ceiling is not probed, and far below it a refusal lowers nothing`() {
    var limit = LearnedLimit(start: Rate(allow: 10, per: .seconds(1)), at: ms(0))
    var now: Int64 = 0
    func saturate(_ seconds: Int64) {
      let end = now + seconds * 1_000_000_000
      while now < end {
        let instant = Instant(nanoseconds: now)
        now =
          limit.instant(
            whenRoomFor: 1, from: instant, roundTrip: 0, at: instant
          ).nanoseconds
        limit.take(cost: 1, at: Instant(nanoseconds: now))
        limit.settle(cost: 1, .response(late: false), at: Instant(nanoseconds: now))
      }
    }
    func strike() {
      let isDone = limit.struck(room: true, at: Instant(nanoseconds: now))
      #expect(isDone)
    }
    saturate(100)
    #expect(limit.pace * 1e9 > 19.5 && limit.pace * 1e9 < 20.5)
    strike()
    let ceiling = limit.pace
    #expect(ceiling * 1e9 > 17 && ceiling * 1e9 < 20)
    saturate(200)
    // Two hours of little traffic: no probe, and a refusal is not about the ceiling.
    for _ in 0..<7_200 {
      now += 1_000_000_000
      limit.take(cost: 1, at: Instant(nanoseconds: now))
      limit.settle(cost: 1, .response(late: false), at: Instant(nanoseconds: now))
    }
    #expect(limit.pace == ceiling)
    strike()
    #expect(limit.pace == ceiling)
    // Demand again: one probe of 2 %, and a refusal takes it back.
    saturate(60)
    #expect(abs(limit.pace / ceiling - 1.02) < 1e-9)
    strike()
    #expect(limit.pace == ceiling)
    // The next one comes an hour later, not half an hour, and is kept when nothing refuses it.
    saturate(3_500)
    #expect(limit.pace == ceiling)
    saturate(300)
    #expect(abs(limit.pace / ceiling - 1.02) < 1e-9)
  }

  @Test func `A limit that is stated after all is followed`() {
    let bucket = bucket(.learned(start: Rate(allow: 1, per: .seconds(1))))
    let seen = Observation(limit: 600, remaining: 5, window: .seconds(60))
    #expect(bucket.observe(seen, sent: ms(0), taken: 1, at: ms(10)) == .ignored)
    guard case .learned(let box) = bucket.state else { return }
    #expect(abs(box[0].pace * 1e9 - 9.8) < 1e-6)
  }
}
