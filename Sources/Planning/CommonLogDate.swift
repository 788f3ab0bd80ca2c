import Timekeeping

/// The time in the common log format: `10/Oct/2000:13:55:36 -0700`.
enum CommonLogDate {
  private static let months: [Substring] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The time `text` names, or nil when it is none.
  static func parse(_ text: Substring) -> WallTime? {
    let halves = text.split(separator: " ")
    guard halves.count == 2 else { return nil }
    let parts = halves[0].split(separator: ":")
    guard parts.count == 4, let zone = zone(halves[1]) else { return nil }
    let day = parts[0].split(separator: "/")
    guard day.count == 3, let month = months.firstIndex(of: day[1]),
      let dayNumber = number(day[0], 2, below: 32), let year = number(day[2], 4, below: 10_000),
      let date = CivilDate(year: year, month: month + 1, day: dayNumber),
      let hour = number(parts[1], 2, below: 24), let minute = number(parts[2], 2, below: 60),
      let second = number(parts[3], 2, below: 61)
    else { return nil }
    let clock = hour * 3600 + minute * 60 + second - zone
    return WallTime(secondsSinceEpoch: Int64(date.daysSinceEpoch * 86_400 + clock))
  }

  private static func number(_ text: Substring, _ digits: Int, below bound: Int) -> Int? {
    guard text.utf8.count == digits, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
      let number = Int(text), number < bound
    else { return nil }
    return number
  }

  /// Seconds east of UTC.
  private static func zone(_ text: Substring) -> Int? {
    guard text.utf8.count == 5, let sign = text.first, sign == "+" || sign == "-",
      let hours = number(text.dropFirst().prefix(2), 2, below: 24),
      let minutes = number(text.suffix(2), 2, below: 60)
    else { return nil }
    return (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
  }
}
