import Foundation

/// At most `allow` arrivals between two midnights of a time zone.
struct CivilDays: Upstream {
  let allow: Int
  let countsRejected: Bool
  /// Midnights, in nanoseconds since the Unix epoch.
  private let midnights: [Int64]
  private var next = 0
  private var count = 0
  private(set) var evidence: [Int64] = []

  init(allow: Int, midnights: [Int64], countsRejected: Bool) {
    self.allow = allow
    self.midnights = midnights
    self.countsRejected = countsRejected
  }

  mutating func accepts(at time: Int64) -> Bool {
    while midnights[next] <= time {
      next += 1
      count = 0
      evidence.removeAll(keepingCapacity: true)
    }
    let fits = count < allow
    if fits || countsRejected { count += 1 }
    evidence.append(time)
    return fits
  }

  /// The `count` midnights of a zone that follow `seconds` since the Unix epoch.
  static func midnights(zone: String, after seconds: Int64, count: Int) -> [Int64] {
    var calendar = Calendar(identifier: .gregorian)
    guard let zone = TimeZone(identifier: zone) else { return [] }
    calendar.timeZone = zone
    var found: [Int64] = []
    found.reserveCapacity(count)
    var noon = Date(timeIntervalSince1970: Double(seconds))
    var day = calendar.startOfDay(for: noon)
    while found.count < count {
      // A day and a half after midnight is in the next day, be that 23, 24 or 25 hours long.
      noon = day.addingTimeInterval(36 * 3600)
      day = calendar.startOfDay(for: noon)
      found.append(Int64(day.timeIntervalSince1970) * 1_000_000_000)
    }
    return found
  }
}
