import Limits
import Timekeeping

/// Hours of a day as an operator writes them: `23:00-07:00 Europe/Paris`.
struct HoursText: Hashable {
  /// When they begin, in nanoseconds since local midnight.
  var from: Int64
  /// When they end, in nanoseconds since local midnight; before `from` where midnight lies between.
  var to: Int64
  /// Whose clock is meant: the name of a time zone, not checked here.
  var zone: String

  /// The hours and the zone `text` means; 24:00 is the midnight that ends a day.
  static func parse(_ text: String) throws(Misread) -> HoursText {
    let parts = text.split(separator: " ")
    guard parts.count == 2 else { throw misread(text) }
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let from = minutes(ends[0]), let to = minutes(ends[1]) else {
      throw misread(text)
    }
    guard from % 1440 != to % 1440 else {
      throw Misread(
        "\(Echo.quoted(text)) ends when it begins, allowed for closed: two different times, such "
          + "as 23:00-07:00 Europe/Paris")
    }
    return HoursText(
      from: nanoseconds(from % 1440), to: nanoseconds(to % 1440), zone: String(parts[1]))
  }

  /// The hours of a zone as `parse` reads them.
  static func text(_ hours: ClosedHours) -> String {
    func time(_ nanoseconds: Int64) -> String {
      let minutes = nanoseconds / 60_000_000_000
      func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
      return "\(two(minutes / 60)):\(two(minutes % 60))"
    }
    return "\(time(hours.from))-\(time(hours.to)) \(hours.zone.name)"
  }

  /// The minutes since midnight of `HH:MM`, up to 24:00.
  private static func minutes(_ text: Substring) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
    var digits: [Int64] = []
    for index in [0, 1, 3, 4] {
      guard 0x30...0x39 ~= bytes[index] else { return nil }
      digits.append(Int64(bytes[index] - 0x30))
    }
    let hour = digits[0] * 10 + digits[1]
    let minute = digits[2] * 10 + digits[3]
    return minute < 60 && hour * 60 + minute <= 1440 ? hour * 60 + minute : nil
  }

  private static func nanoseconds(_ minutes: Int64) -> Int64 { minutes * 60_000_000_000 }

  private static func misread(_ text: String) -> Misread {
    Misread(
      "\(Echo.quoted(text)) is no span of hours, allowed for closed: two times and a zone, such "
        + "as 23:00-07:00 Europe/Paris")
  }
}
