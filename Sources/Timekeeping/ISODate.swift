/// The date and time format of RFC 3339 and ISO 8601: `2026-02-28T12:01:00.000Z`.
public enum ISODate {
  /// `time` in UTC to the millisecond, rounded down: `2026-02-28T12:01:00.000Z`.
  public static func text(of time: WallTime) -> String {
    let seconds = Int(time.secondsSinceEpoch)
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let second = seconds - days * 86_400
    let fraction = ((time.nanoseconds % 1_000_000_000) + 1_000_000_000) % 1_000_000_000
    let date = CivilDate(daysSinceEpoch: days)
    let day = [
      Digits.text(date.year, count: 4), Digits.text(date.month, count: 2),
      Digits.text(date.day, count: 2),
    ]
    let clock = [second / 3600, second / 60 % 60, second % 60].map { Digits.text($0, count: 2) }
    let milliseconds = Digits.text(Int(fraction / 1_000_000), count: 3)
    return "\(day.joined(separator: "-"))T\(clock.joined(separator: ":")).\(milliseconds)Z"
  }

  /// The time `text` names, or nil when it is no date with a time and a zone.
  ///
  /// Seconds may be absent (Jira writes `2026-03-26T16:00Z`), may be 60, and may carry a fraction
  /// of any length, of which nine digits count. The zone is `Z`, `+hh:mm`, `+hhmm` or `+hh`; a
  /// time without a zone names no instant and is refused.
  public static func parse(_ text: some StringProtocol) -> WallTime? {
    var reader = Reader(bytes: Array(text.utf8))
    guard let year = reader.number(4), reader.take("-"), let month = reader.number(2),
      reader.take("-"), let day = reader.number(2),
      let date = CivilDate(year: year, month: month, day: day),
      reader.take("T") || reader.take("t") || reader.take(" "),
      let hour = reader.number(2), hour < 24, reader.take(":"),
      let minute = reader.number(2), minute < 60
    else { return nil }
    var second = 0
    var fraction: Int64 = 0
    if reader.take(":") {
      guard let stated = reader.number(2), stated <= 60 else { return nil }
      second = stated
      if reader.take(".") || reader.take(",") {
        guard let nanoseconds = reader.fraction() else { return nil }
        fraction = nanoseconds
      }
    }
    guard let offset = reader.zone(), reader.atEnd else { return nil }
    let clock = hour * 3600 + minute * 60 + second - offset
    return WallTime(secondsSinceEpoch: Int64(date.daysSinceEpoch * 86_400 + clock))
      + .nanoseconds(fraction)
  }

  private struct Reader {
    let bytes: [UInt8]
    var next = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var atEnd: Bool { next == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard next < bytes.count, bytes[next] == UInt8(ascii: character) else { return false }
      next += 1
      return true
    }

    mutating func number(_ count: Int) -> Int? {
      guard bytes.count - next >= count, let number = Digits.value(bytes[next..<next + count])
      else { return nil }
      next += count
      return number
    }

    /// Nanoseconds of a fraction; digits past the ninth are dropped.
    mutating func fraction() -> Int64? {
      let start = next
      var nanoseconds: Int64 = 0
      var unit: Int64 = 100_000_000
      while next < bytes.count, let digit = Digits.value(bytes[next...next]) {
        nanoseconds += Int64(digit) * unit
        unit /= 10
        next += 1
      }
      return next > start ? nanoseconds : nil
    }

    /// Seconds east of UTC.
    mutating func zone() -> Int? {
      if take("Z") || take("z") { return 0 }
      let sign = take("+") ? 1 : take("-") ? -1 : 0
      guard sign != 0, let hours = number(2), hours < 24 else { return nil }
      if atEnd { return sign * hours * 3600 }
      _ = take(":")
      guard let minutes = number(2), minutes < 60 else { return nil }
      return sign * (hours * 3600 + minutes * 60)
    }
  }
}
