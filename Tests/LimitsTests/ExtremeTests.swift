import Seeding
import Testing
import Timekeeping

@testable import Limits

@Suite struct ExtremeTests {
  @Test(arguments: [
    (Rate(allow: 1, per: .seconds(366 * 86_400)), 1_000),
    (Rate(allow: 1, per: .seconds(86_400)), 1_000_000_000),
    (Rate(allow: 1, per: .seconds(1)), 1_000_000_000),
    (Rate(allow: 1_000_000_000, per: .seconds(1)), 1_000_000_000),
  ])
  func `A bucket that would take centuries to fill is still a limit`(rate: Rate, burst: Int) {
    var bucket = TokenBucket(rate: rate, burst: burst, spread: nil, at: ms(5))
    #expect(bucket.availability(cost: bucket.capacity, at: ms(5)) == .now)
    bucket.take(cost: bucket.capacity, at: ms(5))
    #expect(bucket.availability(cost: 1, at: ms(5)) == .afterResponse)
    bucket.settle(cost: bucket.capacity, .response(late: false), at: ms(6))
    #expect(bucket.availability(cost: bucket.capacity, at: ms(6)) != .now)
    #expect(bucket.left(at: ms(6)) < bucket.capacity)
    let kind = LimitKind.tokenBucket(rate: rate, burst: burst)
    #expect(kind.largestCost == bucket.capacity)
    #expect(bucket.availability(cost: kind.largestCost + 1, at: ms(6)) == .never)
  }

  @Test func `A refund takes back no distance that a later request keeps`() {
    var spacing = LimitState(
      .spacing(every: .milliseconds(500)), at: ms(0), wall: WallTime(nanoseconds: 0))
    spacing.take(cost: 1, at: ms(0))
    spacing.take(cost: 1, at: ms(501))
    spacing.settle(cost: 1, .response(late: false), at: ms(550))
    spacing.refund(cost: 1, taken: ms(0), at: ms(600))
    #expect(spacing.availability(cost: 1, at: ms(600)) == .at(Instant(nanoseconds: 1_001_125_000)))
    spacing.take(cost: 1, at: ms(1_002))
    spacing.refund(cost: 1, taken: ms(1_002), at: ms(1_100))
    #expect(spacing.availability(cost: 1, at: ms(1_100)) == .now)
    #expect(spacing.inFlight == 0)
  }

  @Test(arguments: [1, 2, 3, 40])
  func `A clock that was days ahead for a while gives no day twice`(days: Int64) {
    let day: Int64 = 86_400
    let noon = 10 * day + day / 2
    var quota = LimitState(
      .calendar(allow: 25), at: ms(0), wall: WallTime(secondsSinceEpoch: noon))
    quota.take(cost: 25, at: ms(0))
    quota.settle(cost: 25, .response(late: false), at: ms(100))
    quota.setWallClock(WallTime(secondsSinceEpoch: noon + days * day), at: ms(1_000))
    quota.setWallClock(WallTime(secondsSinceEpoch: noon + 2), at: ms(2_000))
    #expect(quota.left(at: ms(2_000)) == 0)
    #expect(quota.left(at: ms((day / 2 + 2) * 1000)) == 25)
  }

  @Test func `A clock that steps back over midnight gives no day twice`() {
    let midnight: Int64 = 11 * 86_400
    var quota = LimitState(
      .calendar(allow: 25), at: ms(0), wall: WallTime(secondsSinceEpoch: midnight - 60))
    quota.take(cost: 25, at: ms(0))
    quota.settle(cost: 25, .response(late: false), at: ms(100))
    #expect(quota.left(at: ms(61_600)) == 25)
    quota.take(cost: 5, at: ms(61_600))
    quota.settle(cost: 5, .response(late: false), at: ms(61_700))
    quota.setWallClock(WallTime(secondsSinceEpoch: midnight - 2), at: ms(62_000))
    #expect(quota.left(at: ms(62_000)) == 0)
    #expect(quota.left(at: ms(66_000)) == 20)
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `The outlook of a window is the instant it has room, whatever the costs`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var now: Int64 = 0
    for allow in [7, 40, 6_000] {
      var window = SlidingWindow(rate: Rate(allow: allow, per: .seconds(20)))
      for _ in 0..<2_000 {
        now += Int64(random.next() % 300)
        let cost = 1 + Int(random.next() % UInt64(allow / 3))
        let wanted = 1 + Int(random.next() % UInt64(allow))
        if window.availability(cost: cost, at: ms(now)) == .now {
          window.take(cost: cost, at: ms(now))
          window.settle(cost: cost, .response(late: false), at: ms(now))
        }
        switch window.availability(cost: wanted, at: ms(now)) {
        case .now:
          #expect(
            window.instant(
              whenRoomFor: wanted, from: ms(now), roundTrip: 0, at: ms(now)) == ms(now))
        case .at(let instant):
          #expect(
            window.instant(
              whenRoomFor: wanted, from: ms(now), roundTrip: 0, at: ms(now)) == instant,
            "seed \(seed)")
        default: Issue.record("nothing is in flight, seed \(seed)")
        }
      }
    }
  }

  static let extremes: [LimitKind] = {
    let longest = Duration.nanoseconds(Int64.max)
    let rates = [
      Rate(allow: 1, per: longest), Rate(allow: .max, per: longest),
      Rate(allow: .max, per: .nanoseconds(1)), Rate(allow: 1, per: .nanoseconds(1)),
    ]
    return rates.flatMap { rate -> [LimitKind] in
      [
        .tokenBucket(rate: rate, burst: .max, spread: longest),
        .tokenBucket(rate: rate, burst: 1, spread: .zero), .slidingWindow(rate: rate),
        .fixedWindow(rate: rate, start: .firstRequest),
        .fixedWindow(rate: rate, start: .aligned(offset: longest, delta: .zero)),
        .fixedWindow(rate: rate, start: .aligned(offset: .zero - longest, delta: longest)),
        .twoCounterWindow(rate: rate, spread: longest),
        .spacing(every: rate.per, jitter: .max, spread: longest),
        .concurrency(allow: rate.allow, hold: rate.per), .calendar(allow: rate.allow),
        .hours(ClosedHours(from: .min, to: .max, zone: .utc)),
        .hours(ClosedHours(from: 5, to: 4, zone: .utc)), .learned(start: rate),
        .unknown(rate: rate),
      ]
    }
  }()

  @Test(arguments: extremes)
  func `The ends of time, span and count do not trap`(kind: LimitKind) {
    for pace in [Pace.free, .even] {
      for wall in [Int64.min, 0, .max] {
        for start in [Int64.min, 0, .max] {
          exercise(kind, pace, from: start, wall: WallTime(nanoseconds: wall))
        }
      }
    }
  }

  private func exercise(_ kind: LimitKind, _ pace: Pace, from start: Int64, wall: WallTime) {
    var now = Instant(nanoseconds: start)
    let bucket = Bucket(state: LimitState(kind, pace: pace, at: now, wall: wall, seed: 7))
    bucket.track(at: now)
    #expect(kind.largestCost >= 1)
    let settlements: [Settlement] = [
      .response(late: false, credit: .max), .horizon, .response(late: true, credit: .min),
      .finished, .cut, .unknown,
    ]
    for (index, settlement) in settlements.enumerated() {
      let cost = index == 0 ? 1 : max(1, min(bucket.capacity, kind.largestCost))
      _ = bucket.availability(cost: cost, at: now)
      bucket.take(cost: cost, token: 1, at: now)
      bucket.settle(cost: cost, settlement, at: now)
      let seen = Observation(limit: index, remaining: index, reset: .seconds(index))
      _ = bucket.observe(seen, sent: now, taken: cost, at: now)
      bucket.adjust(by: index.isMultiple(of: 2) ? .min : .max, at: now)
      bucket.struck(room: true, at: now)
      bucket.take(cost: 1, token: 1, at: now)
      bucket.refund(cost: 1, token: 1, taken: now, at: now)
      _ = (bucket.left(at: now), bucket.usedShare(at: now), bucket.remainingPeriod(at: now))
      _ = (bucket.instant(whenRoomFor: cost, at: now), bucket.isForgettable(at: now))
      bucket.setWallClock(WallTime(nanoseconds: index.isMultiple(of: 2) ? .min : .max), at: now)
      bucket.resize(to: index.isMultiple(of: 2) ? .max : .min, at: now)
      now = now.advanced(byNanoseconds: index == 3 ? .max : 1_000_000_000)
    }
    let share = bucket.usedShare(at: now)
    #expect(share >= 0 && share <= 1)
  }
}
