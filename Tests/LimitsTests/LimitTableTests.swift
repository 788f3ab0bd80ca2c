import Testing
import Timekeeping

@testable import Limits

@Suite struct LimitTableTests {
  @Test func `A token bucket refills only up to its burst minus what is in flight`() {
    // 60/min, burst 2: a token takes 1 s, slowed by 250 ppm.
    let token: Int64 = 1_000_250_000
    check(
      .tokenBucket(rate: perMinute(60), burst: 2),
      [
        Row(0, .look, .now, left: 2),
        Row(0, .take(1), .now, left: 1),
        Row(0, .take(1), .afterResponse, left: 0),
        Row(5_000, .look, .afterResponse, left: 0),
        Row(5_000, .response(1), .at(Instant(nanoseconds: 5_000_000_000 + token)), left: 0),
        Row(6_001, .look, .now, left: 1),
        Row(6_001, .response(1), .now, left: 1),
        Row(7_002, .look, .now, left: 2),
        Row(90_000, .look, .now, left: 2),
        Row(90_000, .take(2), .afterResponse, left: 0),
        Row(90_000, .refund(2, taken: 90_000), .now, left: 2),
      ])
  }

  @Test func `A token bucket's interval is rounded up`() {
    var bucket = TokenBucket(
      rate: Rate(allow: 7, per: .nanoseconds(100)), burst: 1, spread: nil, at: ms(0))
    bucket.take(cost: 1, at: ms(0))
    bucket.settle(cost: 1, .response(late: false), at: ms(0))
    // 100 / 7 is 14.3: up to 15, and slowed by at least 1.
    #expect(bucket.availability(cost: 1, at: ms(0)) == .at(Instant(nanoseconds: 16)))
  }

  @Test func `A sliding window holds each slot until the response plus window and slack`() {
    check(
      .slidingWindow(rate: perMinute(3)),
      [
        Row(0, .take(2), .now, left: 1),
        Row(0, .take(1), .afterResponse, left: 0),
        Row(100, .response(2), .at(ms(60_130)), left: 0),
        Row(60_129, .look, .at(ms(60_130)), left: 0),
        Row(60_130, .look, .now, left: 2),
        Row(60_130, .horizon(1), .now, left: 2),
        Row(60_140, .lateResponse(1), .now, left: 2),
        Row(60_140, .take(2), .at(ms(120_160)), left: 0),
        Row(60_150, .refund(2, taken: 60_140), .now, left: 2),
        Row(120_160, .look, .now, left: 3),
      ])
  }

  @Test(arguments: [(500, 3), (1_000, 3), (5_500, 16), (10_000, 30), (60_000, 30)])
  func `A window's slack grows from 3 ms at 1 s to 30 ms at 10 s`(window: Int64, slack: Int64) {
    var state = SlidingWindow(rate: Rate(allow: 1, per: .milliseconds(window)))
    state.take(cost: 1, at: ms(0))
    state.settle(cost: 1, .response(late: false), at: ms(0))
    guard case .at(let instant) = state.availability(cost: 1, at: ms(0)) else {
      Issue.record("the slot is free")
      return
    }
    #expect((instant - ms(window + slack)).wholeMilliseconds == 0)
  }

  @Test func `Windows below 10 s do not use the horizon`() {
    check(
      .slidingWindow(rate: Rate(allow: 1, per: .seconds(5))),
      [
        Row(0, .take(1), .afterResponse, left: 0),
        Row(1_000, .horizon(1), .afterResponse, left: 0),
        Row(2_000, .lateResponse(1), .at(ms(7_015)), left: 0),
        Row(7_015, .look, .now, left: 1),
      ])
  }

  @Test func `A large window quantises its releases, later only, and loses at most 0,1 percent`() {
    var state = SlidingWindow(rate: perMinute(10_000))
    for step in 0..<10_000 {
      let now = Instant(nanoseconds: Int64(step) * 1_000_000)
      state.take(cost: 1, at: now)
      state.settle(cost: 1, .response(late: false), at: now)
    }
    #expect(state.left(at: ms(60_029)) == 0)
    #expect(state.left(at: ms(60_030 + 59)) > 0)
    #expect(state.left(at: ms(60_030 + 9_999 + 59)) == 10_000)
  }

  @Test func `Spacing of a second and more counts from the response, one in flight`() {
    check(
      .spacing(every: .seconds(20)),
      [
        Row(0, .take(1), .afterResponse, left: 0),
        Row(500, .response(1), .at(ms(20_505)), left: 0),
        Row(20_505, .look, .now, left: 1),
        Row(20_505, .take(4), .afterResponse, left: 0),
        Row(21_500, .horizon(4), .at(ms(41_505)), left: 0),
        Row(60_000, .lateResponse(4), .now, left: 1),
        Row(60_000, .take(1), .afterResponse, left: 0),
        Row(60_001, .refund(1, taken: 60_000), .now, left: 1),
      ])
  }

  @Test func `Spacing below a second counts from the send`() {
    check(
      .spacing(every: .milliseconds(400)),
      [
        Row(0, .take(1), .at(Instant(nanoseconds: 400_100_000)), left: 0),
        Row(401, .take(1), .at(Instant(nanoseconds: 801_100_000)), left: 0),
        Row(415, .response(1), .at(Instant(nanoseconds: 801_100_000)), left: 0),
        Row(416, .response(1), .at(Instant(nanoseconds: 801_100_000)), left: 0),
        Row(900, .take(1), .at(Instant(nanoseconds: 1_300_100_000)), left: 0),
        Row(901, .refund(1, taken: 900), .now, left: 1),
      ])
  }

  @Test func `Concurrency frees a slot 20 ms after the response has ended, and not before`() {
    check(
      .concurrency(allow: 2),
      [
        Row(0, .take(1), .now, left: 1),
        Row(0, .take(1), .afterResponse, left: 0),
        Row(50, .horizon(1), .afterResponse, left: 0),
        Row(60, .lateResponse(1), .afterResponse, left: 0),
        Row(100, .finished(1), .at(ms(120)), left: 0),
        Row(120, .look, .now, left: 1),
        Row(120, .refund(1, taken: 0), .now, left: 2),
      ])
  }

  @Test func `A calendar quota charges both days near midnight and opens 1,5 s after it`() {
    let noon = WallTime(secondsSinceEpoch: 1_700_000_000 / 86_400 * 86_400 + 86_395)
    // The clock's origin is 23:59:55.
    check(
      .calendar(allow: 3), wall: noon,
      [
        Row(0, .take(1), .now, left: 2),
        Row(100, .response(1), .now, left: 2),
        Row(3_000, .take(1), .now, left: 1),
        Row(4_900, .take(1), .at(ms(6_500)), left: 0),
        Row(6_499, .look, .at(ms(6_500)), left: 0),
        Row(6_500, .look, .now, left: 1),
        Row(6_500, .response(1), .now, left: 1),
        Row(6_600, .refund(1, taken: 4_900), .now, left: 2),
        Row(7_000, .take(2), .at(ms(86_406_500)), left: 0),
      ])
  }

  @Test func `A wall clock that steps back gives no used day again, and forward opens the next`() {
    let day: Int64 = 86_400
    var quota = LimitState(
      .calendar(allow: 1), at: ms(0), wall: WallTime(secondsSinceEpoch: 10 * day + 3600))
    quota.take(cost: 1, at: ms(0))
    quota.settle(cost: 1, .response(late: false), at: ms(100))
    quota.setWallClock(WallTime(secondsSinceEpoch: 10 * day - 3600), at: ms(1_000))
    #expect(quota.left(at: ms(1_000)) == 0)
    quota.setWallClock(WallTime(secondsSinceEpoch: 11 * day + 10), at: ms(2_000))
    #expect(quota.left(at: ms(2_000)) == 1)
  }

  @Test(arguments: [
    LimitKind.tokenBucket(rate: perMinute(6), burst: 3), .slidingWindow(rate: perMinute(3)),
    .concurrency(allow: 3), .calendar(allow: 3),
  ])
  func `A cost above the limit never fits`(kind: LimitKind) {
    var state = LimitState(kind, at: ms(0), wall: WallTime(nanoseconds: 0))
    #expect(state.availability(cost: 4, at: ms(0)) == .never)
    #expect(state.availability(cost: 3, at: ms(0)) == .now)
    #expect(state.capacity == 3)
  }

  @Test func `Only full limits may be forgotten`() {
    var state = LimitState(
      .tokenBucket(rate: perMinute(60), burst: 2), at: ms(0), wall: WallTime(nanoseconds: 0))
    #expect(state.isFull(at: ms(0)) == true)
    state.take(cost: 1, at: ms(0))
    #expect(state.isFull(at: ms(5_000)) == false)
    state.settle(cost: 1, .response(late: false), at: ms(5_000))
    #expect(state.isFull(at: ms(5_500)) == false)
    #expect(state.isFull(at: ms(6_001)) == true)
  }

  @Test func `The outlook counts whole windows and tokens ahead`() {
    var window = LimitState(
      .slidingWindow(rate: perMinute(2)), at: ms(0), wall: WallTime(nanoseconds: 0))
    window.take(cost: 2, at: ms(0))
    window.settle(cost: 2, .response(late: false), at: ms(100))
    #expect(window.instant(whenRoomFor: 1, at: ms(200)) == ms(60_130))
    #expect(window.instant(whenRoomFor: 3, at: ms(200)) == ms(120_160))
    var bucket = LimitState(
      .tokenBucket(rate: perMinute(60), burst: 1), at: ms(0), wall: WallTime(nanoseconds: 0))
    #expect(bucket.instant(whenRoomFor: 1, at: ms(0)) == ms(0))
    #expect(bucket.instant(whenRoomFor: 11, at: ms(0)) == Instant(nanoseconds: 10_002_500_000))
    var spacing = LimitState(
      .spacing(every: .seconds(5)), at: ms(0), wall: WallTime(nanoseconds: 0))
    #expect(spacing.instant(whenRoomFor: 3, at: ms(0)) == Instant(nanoseconds: 10_002_500_000))
    var day = LimitState(.calendar(allow: 2), at: ms(0), wall: WallTime(secondsSinceEpoch: 43_200))
    #expect(day.instant(whenRoomFor: 3, at: ms(0)) == ms(43_201_500))
    #expect(day.instant(whenRoomFor: 5, at: ms(0)) == ms(129_601_500))
  }
}
