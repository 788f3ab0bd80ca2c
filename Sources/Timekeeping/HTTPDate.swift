/// HTTP's date format: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7, IMF-fixdate).
public enum HTTPDate {
  static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The IMF-fixdate of `time`, 29 characters, to the second.
  public static func text(of time: WallTime) -> String {
    let seconds = Int(time.secondsSinceEpoch)
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let date = CivilDate(daysSinceEpoch: days)
    let second = seconds - days * 86_400
    let clock = [second / 3600, second / 60 % 60, second % 60].map(twoDigits)
    let day = "\(weekdays[date.weekday]), \(twoDigits(date.day)) \(months[date.month - 1])"
    return "\(day) \(date.year) \(clock[0]):\(clock[1]):\(clock[2]) GMT"
  }

  /// The time an IMF-fixdate names, or nil when `text` is not exactly one.
  ///
  /// The weekday is not compared with the date: a wrong weekday is no reason to ignore a delay.
  public static func parse(_ text: some StringProtocol) -> WallTime? {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0].count == 4, parts[0].last == ",", parts[5] == "GMT",
      weekdays.contains(String(parts[0].dropLast())),
      let month = months.firstIndex(of: String(parts[2])),
      let day = digits(parts[1], count: 2), let year = digits(parts[3], count: 4),
      let date = CivilDate(year: year, month: month + 1, day: day)
    else { return nil }
    let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count == 3, let hour = digits(clock[0], count: 2), hour < 24,
      let minute = digits(clock[1], count: 2), minute < 60,
      let second = digits(clock[2], count: 2), second <= 60
    else { return nil }
    let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second
    return WallTime(secondsSinceEpoch: Int64(seconds))
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }

  private static func digits(_ text: some StringProtocol, count: Int) -> Int? {
    let bytes = text.utf8
    guard bytes.count == count, bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return Int(text)
  }
}
