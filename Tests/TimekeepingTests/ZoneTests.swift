import Foundation
import Testing

@testable import Timekeeping

/// Zones read from the machine's database.
enum Zones {
  static let names = [
    "America/New_York", "Europe/Paris", "Australia/Lord_Howe", "Asia/Kolkata",
    "America/Sao_Paulo", "Pacific/Apia", "America/Havana", "America/Nuuk", "Africa/Casablanca",
    "Europe/Dublin", "Asia/Beirut", "Antarctica/Troll", "UTC",
  ]

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/" + name)))
  }

  static func zone(_ name: String) throws -> Zone {
    try Zone(name: name, tzif: try bytes(name))
  }
}

private func time(_ text: String) throws -> WallTime { try #require(ISODate.parse(text)) }

@Suite struct ZoneTests {
  @Test(arguments: Zones.names)
  func `Offsets are those of another reader, hour by hour`(name: String) throws {
    let zone = try Zones.zone(name)
    let other = try #require(TimeZone(identifier: name))
    // 2010 for zones that changed since, 2026 to 2040 for those that follow a rule.
    for span in [(1_262_304_000, 1_325_376_000), (1_767_225_600, 2_240_611_200)] {
      var wrong = 0
      for seconds in stride(from: span.0 - 1, to: span.1, by: 3_600) {
        let expected = other.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
        let found = zone.offset(at: WallTime(secondsSinceEpoch: Int64(seconds)))
        if found != Int64(expected) * 1_000_000_000 { wrong += 1 }
      }
      #expect(wrong == 0, "\(name) from \(span.0)")
    }
  }

  @Test(arguments: Zones.names)
  func `Days begin where the date that clocks show first reaches them`(name: String) throws {
    let zone = try Zones.zone(name)
    // A brute force over every quarter of an hour: the latest date shown so far is the day.
    for (from, to) in [(1_262_304_000, 1_356_998_400), (1_767_225_600, 1_893_456_000)] {
      var start: WallTime?
      var latest = Int64.min
      var expected: [(WallTime, WallTime)] = []
      for seconds in stride(from: Int64(from), to: Int64(to), by: 900) {
        let now = WallTime(secondsSinceEpoch: seconds)
        let local = seconds + zone.offset(at: now) / 1_000_000_000
        let day = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        if day > latest {
          if let start { expected.append((start, now)) }
          start = latest == .min ? nil : now
          latest = day
        }
      }
      #expect(expected.count > 1_000)
      for (start, end) in expected {
        for inside in [start, start + .seconds(1), start + .seconds(40_000), end + .seconds(-1)] {
          #expect(zone.startOfDay(containing: inside) == start, "\(name) \(inside)")
          #expect(zone.startOfNextDay(after: inside) == end, "\(name) \(inside)")
        }
        #expect(zone.startOfDay(containing: end + .nanoseconds(-1)) == start)
      }
    }
  }

  @Test(
    arguments: [
      ("America/New_York", "2026-03-08T12:00:00Z", 23),
      ("America/New_York", "2026-11-01T12:00:00Z", 25),
      ("Europe/Paris", "2040-03-25T12:00:00Z", 23), ("Europe/Paris", "2033-10-30T12:00:00Z", 25),
      ("Asia/Kolkata", "2026-03-29T12:00:00Z", 24),
      ("America/Sao_Paulo", "2018-11-04T12:00:00Z", 23),
      ("America/Sao_Paulo", "2026-11-01T12:00:00Z", 24),
      ("Asia/Beirut", "2030-03-31T12:00:00Z", 23),
    ] as [(String, String, Int)])
  func `Days of 23 and 25 hours`(name: String, noon: String, hours: Int) throws {
    let zone = try Zones.zone(name)
    let noon = try time(noon)
    let length = zone.startOfNextDay(after: noon) - zone.startOfDay(containing: noon)
    #expect(length == .seconds(hours * 3600))
  }

  @Test func `A midnight that did not exist`() throws {
    let zone = try Zones.zone("America/Sao_Paulo")
    let start = zone.startOfDay(containing: try time("2018-11-04T12:00:00Z"))
    #expect(start == (try time("2018-11-04T03:00:00Z")))
    #expect(zone.localTime(at: start) == 3_600_000_000_000)
    #expect(zone.localTime(at: start + .nanoseconds(-1)) == 86_399_999_999_999)
  }

  @Test func `A day that did not exist`() throws {
    let zone = try Zones.zone("Pacific/Apia")
    let before = try time("2011-12-30T09:59:59Z")
    let after = zone.startOfNextDay(after: before)
    #expect(after == (try time("2011-12-30T10:00:00Z")))
    #expect(zone.startOfDay(containing: after) == after)
    #expect(zone.startOfNextDay(after: after) == (try time("2011-12-31T10:00:00Z")))
  }

  @Test func `UTC, and equality by name and rules`() throws {
    #expect(Zone.utc.offset(at: WallTime(secondsSinceEpoch: 1_700_000_000)) == 0)
    #expect(Zone.utc.localTime(at: WallTime(nanoseconds: -1)) == 86_399_999_999_999)
    #expect(Zone.utc.nextChange(after: WallTime(nanoseconds: 0)) == nil)
    let paris = try Zones.zone("Europe/Paris")
    #expect(paris == (try Zones.zone("Europe/Paris")))
    #expect(paris != (try Zones.zone("Asia/Kolkata")))
    let renamed = try Zone(name: "Paris", tzif: try Zones.bytes("Europe/Paris"))
    #expect(paris != renamed)
    #expect(Set([paris, renamed, .utc]).count == 3)
  }

  @Test func `Instants at the ends of time`() throws {
    for name in Zones.names {
      let zone = try Zones.zone(name)
      for end in [Int64.min, .max, .min + 1, .max - 1] {
        let time = WallTime(nanoseconds: end)
        #expect(abs(zone.offset(at: time)) < 86_400_000_000_000)
        #expect(zone.startOfNextDay(after: time) >= zone.startOfDay(containing: time))
        #expect((0..<86_400_000_000_000).contains(zone.localTime(at: time)))
      }
    }
  }
}
