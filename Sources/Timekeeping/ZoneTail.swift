/// The rule of a POSIX TZ string: one offset, or two that take turns each year (RFC 8536 3.3).
struct ZoneTail: Hashable, Sendable {
  /// A day of each year.
  enum Day: Hashable, Sendable {
    /// `Jn`: day 1 to 365, 29 February never counted.
    case julian(Int)
    /// `n`: day 0 to 365, 29 February counted.
    case ordinal(Int)
    /// `Mm.w.d`: week 1 to 5 of a month, 5 being the last; Sunday being 0.
    case weekday(month: Int, week: Int, day: Int)
  }

  /// A change of each year: seconds after a day's midnight, by the clock that stood before.
  struct Change: Hashable, Sendable {
    var day: Day
    var time: Int64
  }

  /// Daylight saving time.
  struct Summer: Hashable, Sendable {
    var offset: Int64
    var start: Change
    var end: Change
  }

  /// Farther from UTC than any clock, in seconds: what offsets are bounded by.
  static let farthest: Int64 = 26 * 3600

  /// Seconds east of UTC in standard time.
  var standard: Int64
  var summer: Summer?

  func offset(at time: Int64) -> Int64 {
    guard let summer else { return standard }
    var latest = (at: Int64.min, isSummer: false)
    for change in changes(around: time, summer) where change.at <= time {
      // Where one summer ends as the next starts it is summer all the year.
      if change.at > latest.at || (change.at == latest.at && change.isSummer) { latest = change }
    }
    return latest.isSummer ? summer.offset : standard
  }

  func nextChange(after time: Int64) -> Int64? {
    guard let summer else { return nil }
    return changes(around: time, summer).map(\.at).filter { $0 > time }.min()
  }

  /// The changes of the year of `time` and of those next to it.
  private func changes(around time: Int64, _ summer: Summer) -> [(at: Int64, isSummer: Bool)] {
    let date = CivilDate(daysSinceEpoch: Int(ZoneRules.quotient(time + standard)))
    var found: [(at: Int64, isSummer: Bool)] = []
    for year in (date.year - 1)...(date.year + 1) {
      let start = ZoneTail.midnight(of: summer.start.day, year) + summer.start.time - standard
      let end = ZoneTail.midnight(of: summer.end.day, year) + summer.end.time - summer.offset
      found.append((start, true))
      found.append((end, false))
    }
    return found
  }

  /// Seconds since the Unix epoch of that day's midnight, were it in UTC.
  private static func midnight(of day: Day, _ year: Int) -> Int64 {
    let first = days(year, 1)
    switch day {
    case .ordinal(let number): return Int64(first + number) * ZoneRules.day
    case .julian(let number):
      let isLeap = CivilDate.daysInMonth(2, of: year) == 29
      return Int64(first + number - 1 + (isLeap && number >= 60 ? 1 : 0)) * ZoneRules.day
    case .weekday(let month, let week, let weekday):
      let start = days(year, month)
      // CivilDate counts from Monday, the rule from Sunday.
      let startWeekday = (CivilDate(daysSinceEpoch: start).weekday + 1) % 7
      var day = (weekday - startWeekday + 7) % 7 + 7 * (week - 1)
      if day >= CivilDate.daysInMonth(month, of: year) { day -= 7 }
      return Int64(start + day) * ZoneRules.day
    }
  }

  private static func days(_ year: Int, _ month: Int) -> Int {
    CivilDate(year: year, month: month, day: 1)?.daysSinceEpoch ?? 0
  }
}
