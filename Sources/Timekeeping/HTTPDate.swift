/// HTTP's date formats: `Sun, 06 Nov 1994 08:49:37 GMT` and its two ancestors (RFC 9110 section
/// 5.6.7).
public enum HTTPDate {
  static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  static let longWeekdays = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]
  static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The IMF-fixdate of `time`, 29 characters, to the second.
  public static func text(of time: WallTime) -> String {
    let seconds = Int(time.secondsSinceEpoch)
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let date = CivilDate(daysSinceEpoch: days)
    let second = seconds - days * 86_400
    let clock = [second / 3600, second / 60 % 60, second % 60].map { Digits.text($0, count: 2) }
    let day = "\(weekdays[date.weekday]), \(Digits.text(date.day, count: 2))"
    let year = Digits.text(date.year, count: 4)
    return "\(day) \(months[date.month - 1]) \(year) \(clock[0]):\(clock[1]):\(clock[2]) GMT"
  }

  /// The time an HTTP-date names, or nil when `text` is none.
  ///
  /// All three forms a recipient must accept: IMF-fixdate, RFC 850 (`Sunday, 06-Nov-94 08:49:37
  /// GMT`) and asctime (`Sun Nov  6 08:49:37 1994`). The two-digit year of RFC 850 is the one at
  /// most 50 years after `reference`, usually the message's own Date; without a reference it lies
  /// in 1970 to 2069. The weekday is not compared with the date: a wrong weekday is no reason to
  /// ignore a delay.
  public static func parse(
    _ text: some StringProtocol, near reference: WallTime? = nil
  ) -> WallTime? {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    switch parts.count {
    case 6 where parts[0].last == ",": return fixdate(parts)
    case 4: return rfc850(parts, near: reference)
    case 5, 6: return asctime(parts)
    default: return nil
    }
  }

  private static func fixdate<Part: StringProtocol>(_ parts: [Part]) -> WallTime? {
    guard parts[5] == "GMT", weekdays.contains(String(parts[0].dropLast())),
      let day = Digits.value(parts[1], count: 2), let month = monthNumber(parts[2]),
      let year = Digits.value(parts[3], count: 4),
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    return time(on: date, clock: parts[4])
  }

  private static func rfc850<Part: StringProtocol>(
    _ parts: [Part], near reference: WallTime?
  ) -> WallTime? {
    let pieces = parts[1].split(separator: "-", omittingEmptySubsequences: false)
    guard parts[3] == "GMT", parts[0].last == ",",
      longWeekdays.contains(String(parts[0].dropLast())), pieces.count == 3,
      let day = Digits.value(pieces[0], count: 2), let month = monthNumber(pieces[1]),
      let shortYear = Digits.value(pieces[2], count: 2)
    else { return nil }
    let latest = reference.map { civilYear(of: $0) + 50 } ?? 2069
    let year = latest - ((latest - shortYear) % 100 + 100) % 100
    guard let date = CivilDate(year: year, month: month, day: day) else { return nil }
    return time(on: date, clock: parts[2])
  }

  private static func asctime<Part: StringProtocol>(_ parts: [Part]) -> WallTime? {
    // The day is two digits, or one behind a second space.
    let padded = parts.count == 6
    guard weekdays.contains(String(parts[0])), let month = monthNumber(parts[1]),
      !padded || parts[2].isEmpty
    else { return nil }
    let rest = parts[(padded ? 3 : 2)...]
    guard let day = Digits.value(rest[rest.startIndex], count: padded ? 1 : 2),
      let year = Digits.value(rest[rest.startIndex + 2], count: 4),
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    return time(on: date, clock: rest[rest.startIndex + 1])
  }

  private static func time(on date: CivilDate, clock text: some StringProtocol) -> WallTime? {
    let clock = text.split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count == 3, let hour = Digits.value(clock[0], count: 2), hour < 24,
      let minute = Digits.value(clock[1], count: 2), minute < 60,
      let second = Digits.value(clock[2], count: 2), second <= 60
    else { return nil }
    let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second
    return WallTime(secondsSinceEpoch: Int64(seconds))
  }

  private static func monthNumber(_ text: some StringProtocol) -> Int? {
    months.firstIndex(of: String(text)).map { $0 + 1 }
  }

  private static func civilYear(of time: WallTime) -> Int {
    let seconds = Int(time.secondsSinceEpoch)
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    return CivilDate(daysSinceEpoch: days).year
  }
}
