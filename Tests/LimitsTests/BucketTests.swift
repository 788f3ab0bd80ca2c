import Limits
import Testing
import Timekeeping

@Suite struct BucketTests {
  @Test func `Holds double from 1 s to 5 minutes above the stated delay`() {
    var hold = Hold()
    var now: Int64 = 0
    var lengths: [Int64] = []
    for _ in 0..<11 {
      hold.block(stated: .milliseconds(500), sent: ms(now), spread: 0, at: ms(now))
      lengths.append((hold.until - ms(now)).wholeMilliseconds / 1000)
      now += (hold.until - ms(now)).wholeMilliseconds
    }
    #expect(lengths == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
  }

  @Test(
    arguments: [
      (nil, 0, 1_000), (nil, 199_999_999, 1_199), (12_000, 199_999_999, 12_000), (0, 0, 1_000),
      (-5_000, 0, 1_000),
    ] as [(Int64?, UInt64, Int64)])
  func `A stated delay is a floor without jitter, and backoff is spread upwards only`(
    stated: Int64?, spread: UInt64, expected: Int64
  ) {
    var hold = Hold()
    let delay = stated.map { Duration.milliseconds($0) }
    hold.block(stated: delay, sent: ms(0), spread: spread, at: ms(0))
    #expect((hold.until - ms(0)).wholeMilliseconds == expected)
  }

  @Test func `Answers to one burst are one strike`() {
    var hold = Hold()
    for step in 0..<16 {
      hold.block(stated: nil, sent: ms(0), spread: 0, at: ms(100 + Int64(step)))
    }
    #expect((hold.until - ms(115)).wholeMilliseconds == 1_000)
  }

  @Test func `Backoff decays by success and by quiet time`() {
    var hold = Hold()
    for time in [0, 10_000, 20_000] as [Int64] {
      hold.block(stated: nil, sent: ms(time), spread: 0, at: ms(time))
    }
    #expect(hold.until == ms(24_000))
    // A good answer forgives one strike, two quiet half minutes the others.
    #expect(hold.availability(at: ms(24_000)) == .now)
    hold.take(token: 1)
    #expect(hold.succeeded(token: 1, sent: ms(24_000), at: ms(24_100)) == true)
    hold.block(stated: nil, sent: ms(24_200), spread: 0, at: ms(24_200))
    #expect(hold.until == ms(28_200))
    hold.block(stated: nil, sent: ms(400_000), spread: 0, at: ms(400_000))
    #expect(hold.until == ms(401_000))
    #expect(hold.isForgotten(at: ms(500_000)))
  }

  @Test func `After a hold one probe goes, and its answer opens the scope`() {
    let gate = Bucket()
    gate.updateHold { $0.block(stated: .seconds(3), sent: ms(0), spread: 0, at: ms(0)) }
    #expect(gate.availability(cost: 1, at: ms(10)) == .at(ms(3_000)))
    #expect(!gate.isForgettable(at: ms(10)))
    #expect(gate.availability(cost: 1, at: ms(3_000)) == .now)
    gate.take(cost: 1, token: 8, at: ms(3_000))
    #expect(gate.availability(cost: 1, at: ms(3_001)) == .afterResponse)
    gate.refund(cost: 1, token: 8, taken: ms(3_000), at: ms(3_001))
    #expect(gate.availability(cost: 1, at: ms(3_002)) == .now)
    gate.take(cost: 1, token: 9, at: ms(3_002))
    let other = gate.updateHold { $0.succeeded(token: 5, sent: ms(0), at: ms(3_003)) }
    #expect(!other)
    let opened = gate.updateHold { $0.release(token: 9) }
    #expect(opened)
    #expect(gate.availability(cost: 1, at: ms(3_003)) == .now)
  }

  @Test func `The horizon follows fast answers only and never shrinks`() {
    var horizon = ArrivalHorizon()
    #expect(horizon.spanAfterLoss == 5_000_000_000)
    for _ in 0..<7 { horizon.learn(roundTrip: 100_000_000) }
    #expect(horizon.span == nil)
    horizon.learn(roundTrip: 20_000_000_000)
    #expect(horizon.span == 1_000_000_000)
    horizon.learn(roundTrip: 700_000_000)
    #expect(horizon.span == 2_100_000_000)
    horizon.learn(roundTrip: 1_000_000)
    #expect(horizon.span == 2_100_000_000)
  }
}
