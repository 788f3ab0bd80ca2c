import Foundation
import Seeding
import Testing
import Timekeeping

@testable import Limits

@Suite struct CivilTests {
  static func zone(_ name: String) throws -> Zone {
    let data = try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/" + name))
    return try Zone(name: name, tzif: [UInt8](data))
  }

  private func wall(_ text: String) throws -> WallTime { try #require(ISODate.parse(text)) }

  @Test(
    arguments: [
      ("America/New_York", "2026-03-08T17:00:00Z", 23),
      ("America/New_York", "2026-11-01T17:00:00Z", 25),
      ("Europe/Paris", "2026-03-29T12:00:00Z", 23), ("Asia/Kolkata", "2026-03-29T12:00:00Z", 24),
      ("Australia/Lord_Howe", "2026-04-05T03:00:00Z", 24),
    ] as [(String, String, Int64)])
  func `A quota of a day lasts as long as the day`(name: String, noon: String, hours: Int64) throws
  {
    let zone = try Self.zone(name)
    let noon = try wall(noon)
    let start = zone.startOfDay(containing: noon)
    let kind = LimitKind.calendar(allow: 2, zone: zone)
    // The clock's origin is 10 s into the day.
    var quota = LimitState(kind, at: ms(0), wall: start + .seconds(10))
    quota.take(cost: 2, at: ms(0))
    quota.settle(cost: 2, .response(late: false), at: ms(100))
    let length = (zone.startOfNextDay(after: noon) - start).wholeMilliseconds
    #expect(length / 3_600_000 == hours)
    let opening = ms(length - 10_000 + 1_500)
    #expect(quota.availability(cost: 1, at: ms(200)) == .at(opening))
    let period = quota.remainingPeriod(at: ms(100))
    #expect(period?.of == .milliseconds(length))
    #expect(period?.left == .milliseconds(length - 10_000 + 1_400))
    #expect(quota.left(at: opening) == 2)
    #expect(quota.instant(whenRoomFor: 3, at: opening) > opening)
  }

  @Test func `What is sent at 23,59,59,9 counts for both days, and so does what is in flight`() {
    check(
      .calendar(allow: 3), wall: WallTime(nanoseconds: 86_399_900_000_000),
      [
        Row(0, .take(1), .now, left: 2), Row(50, .response(1), .now, left: 2),
        Row(60, .take(1), .now, left: 1), Row(1_600, .look, .now, left: 1),
        Row(30_000, .response(1), .now, left: 1),
      ])
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func `No day is overdrawn, whatever the provider's clock, steps and smears do`(
    seed: UInt64
  ) throws {
    var random = SplitMix64(seed: seed)
    let names = ["America/New_York", "Europe/Paris", "Australia/Lord_Howe", "America/Havana"]
    let zone = try Self.zone(names[Int(seed % 4)])
    let origin = try wall("2026-03-07T12:00:00Z")
    var quota = LimitState(.calendar(allow: 20, zone: zone), at: ms(0), wall: origin)
    // The provider's clock is up to half a second off, and smears a leap second over a day.
    let skew = Int64(random.unit() * 1e9) - 500_000_000
    var counts: [WallTime: Int] = [:]
    var pending: [(arrival: Int64, answer: Int64)] = []
    var now: Int64 = 0
    let end: Int64 = 20 * 86_400_000
    while now < end {
      now += 1 + Int64(random.next() % (random.unit() < 0.1 ? 20_000_000 : 3_000))
      for done in pending.filter({ $0.answer <= now }) {
        quota.settle(cost: 1, .response(late: false), at: ms(max(0, done.answer)))
        pending.removeAll { $0 == done }
      }
      // Our own clock is set forth and back by some tenths of a second.
      if random.unit() < 0.02 {
        let drift = Duration.milliseconds(Int64(random.next() % 400) - 200)
        quota.setWallClock(origin + .milliseconds(now) + drift, at: ms(now))
      }
      while pending.count < 5, quota.availability(cost: 1, at: ms(now)) == .now {
        quota.take(cost: 1, at: ms(now))
        let arrival = now + Int64(random.next() % (random.unit() < 0.05 ? 60_000 : 200))
        pending.append((arrival, arrival + Int64(random.next() % 200)))
        let smear = Duration.nanoseconds(now * 1_000_000 / end * 300_000_000 / 1_000_000)
        let seen = origin + .milliseconds(arrival) + .nanoseconds(skew) + smear
        counts[zone.startOfDay(containing: seen), default: 0] += 1
      }
    }
    #expect(counts.values.allSatisfy { $0 <= 20 }, "seed \(seed)")
    #expect(counts.count >= 18 && counts.values.reduce(0, +) > 18 * 18, "seed \(seed)")
  }

  @Test func `A quota has its whole allowance in the days that follow`() {
    var day = LimitState(.calendar(allow: 2), at: ms(0), wall: WallTime(secondsSinceEpoch: 43_200))
    #expect(
      day.instant(whenRoomFor: 2 * 500, at: ms(0)) == ms((43_200 + 498 * 86_400) * 1000 + 1500))
    #expect(day.usedShare(at: ms(0)) == 0)
    day.take(cost: 1, at: ms(0))
    #expect(day.usedShare(at: ms(0)) == 0.5)
  }

  @Test func `Hours are closed by the zone's clock`() throws {
    let hour: Int64 = 3_600_000_000_000
    let hours = ClosedHours(from: 23 * hour, to: 7 * hour, zone: try Self.zone("Europe/Paris"))
    // 20:00 on the day before summer time: the night has an hour less.
    check(
      .hours(hours), wall: try wall("2026-03-28T19:00:00Z"),
      [
        Row(0, .look, .now, left: .max), Row(3 * 3_600_000 - 1, .look, .now, left: .max),
        Row(3 * 3_600_000, .look, .at(ms(10 * 3_600_000)), left: 0),
        Row(9 * 3_600_000, .look, .at(ms(10 * 3_600_000)), left: 0),
        Row(9 * 3_600_000, .wall(try wall("2026-03-29T10:00:00Z")), .now, left: .max),
        Row(10 * 3_600_000, .look, .now, left: .max),
      ])
  }

  @Test(arguments: [(0, 0, false), (0, 24, true), (22, 6, false), (6, 22, true), (2, 3, false)])
  func `Opening times are those of a search minute by minute`(
    from: Int64, to: Int64, isClosedAtNoon: Bool
  ) throws {
    let hour: Int64 = 3_600_000_000_000
    for name in ["Europe/Paris", "America/Sao_Paulo", "Australia/Lord_Howe"] {
      let zone = try Self.zone(name)
      let hours = ClosedHours(from: from * hour, to: to * hour, zone: zone)
      for first in ["2018-11-03T15:00:00Z", "2026-03-28T12:00:00Z", "2026-10-03T02:00:00Z"] {
        let start = try wall(first)
        var expected: WallTime?
        for minute in 1...(3 * 1_440) {
          let time = start + .seconds(60 * minute)
          if hours.contain(time) != hours.contain(start) {
            expected = time
            break
          }
        }
        #expect(hours.nextChange(after: start) == expected, "\(name) \(first) \(from)-\(to)")
      }
      let noon = zone.startOfDay(containing: try wall("2026-06-01T12:00:00Z")) + .seconds(43_200)
      #expect(hours.contain(noon) == isClosedAtNoon)
    }
    var always = LimitState(
      .hours(ClosedHours(from: 0, to: .max, zone: .utc)), at: ms(0), wall: WallTime(nanoseconds: 0))
    #expect(always.availability(cost: 1, at: ms(0)) == .never)
  }
}
