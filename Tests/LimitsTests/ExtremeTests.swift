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
    var bucket = TokenBucket(rate: rate, burst: burst, at: ms(5))
    #expect(bucket.availability(cost: bucket.burst, at: ms(5)) == .now)
    bucket.take(cost: bucket.burst, at: ms(5))
    #expect(bucket.availability(cost: 1, at: ms(5)) == .afterResponse)
    bucket.settle(cost: bucket.burst, .response(late: false), at: ms(6))
    #expect(bucket.availability(cost: bucket.burst, at: ms(6)) != .now)
    #expect(bucket.left(at: ms(6)) < bucket.burst)
    let kind = LimitKind.tokenBucket(rate: rate, burst: burst)
    #expect(kind.largestCost == bucket.burst)
    #expect(bucket.availability(cost: kind.largestCost + 1, at: ms(6)) == .never)
  }

  @Test func `A refund takes back no distance that a later request keeps`() {
    var spacing = Spacing(every: .milliseconds(500), at: ms(0))
    spacing.take(at: ms(0))
    spacing.take(at: ms(500))
    spacing.settle(.response(late: false), at: ms(550))
    spacing.refund(taken: ms(0), at: ms(600))
    #expect(spacing.availability(at: ms(600)) == .at(ms(1_000)))
    spacing.take(at: ms(1_000))
    spacing.refund(taken: ms(1_000), at: ms(1_100))
    #expect(spacing.availability(at: ms(1_100)) == .now)
    #expect(spacing.inFlight == 0)
  }

  @Test(arguments: [1, 2, 3, 40])
  func `A clock that was days ahead for a while gives no day twice`(days: Int64) {
    let day: Int64 = 86_400
    let noon = 10 * day + day / 2
    var quota = CalendarQuota(allow: 25, wall: WallTime(secondsSinceEpoch: noon), at: ms(0))
    quota.take(cost: 25, at: ms(0))
    quota.setWallClock(WallTime(secondsSinceEpoch: noon + days * day), at: ms(1_000))
    quota.setWallClock(WallTime(secondsSinceEpoch: noon + 2), at: ms(2_000))
    #expect(quota.left(at: ms(2_000)) == 0)
    #expect(quota.left(at: ms((day / 2 + 2) * 1000)) == 25)
  }

  @Test func `A clock that steps back over midnight gives no day twice`() {
    let midnight: Int64 = 11 * 86_400
    var quota = CalendarQuota(
      allow: 25, wall: WallTime(secondsSinceEpoch: midnight - 60), at: ms(0))
    quota.take(cost: 25, at: ms(0))
    #expect(quota.left(at: ms(61_600)) == 25)
    quota.take(cost: 5, at: ms(61_600))
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
        case .now: #expect(window.instant(whenRoomFor: wanted, at: ms(now)) == ms(now))
        case .at(let instant):
          #expect(window.instant(whenRoomFor: wanted, at: ms(now)) == instant, "seed \(seed)")
        default: Issue.record("nothing is in flight, seed \(seed)")
        }
      }
    }
  }
}
