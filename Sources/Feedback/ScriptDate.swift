import Timekeeping

/// Dates as JavaScript prints them: `Tue Feb 16 2021 09:02:42 GMT+0100 (...)`, seen in a header.
enum ScriptDate {
  private static let months = [
    "Jan": "01", "Feb": "02", "Mar": "03", "Apr": "04", "May": "05", "Jun": "06", "Jul": "07",
    "Aug": "08", "Sep": "09", "Oct": "10", "Nov": "11", "Dec": "12",
  ]

  /// The time `text` names, or nil when it is no such date.
  static func parse(_ text: Substring) -> WallTime? {
    let parts = text.split(separator: " ", maxSplits: 6)
    guard parts.count >= 6, let month = months[String(parts[1])], parts[5].hasPrefix("GMT")
    else { return nil }
    return ISODate.parse("\(parts[3])-\(month)-\(parts[2])T\(parts[4])\(parts[5].dropFirst(3))")
  }
}
