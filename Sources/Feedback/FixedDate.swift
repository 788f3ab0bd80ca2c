import Timekeeping

/// The one date format that servers send today, read in place: `Sat, 28 Feb 2026 12:00:00 GMT`.
///
/// Every answer with a reset that is a point in time needs its `Date`, and this costs no
/// allocation. What it does not read is left to `HTTPDate`.
enum FixedDate {
  private static let length = 29
  private static let months = Array("JanFebMarAprMayJunJulAugSepOctNovDec".utf8)

  /// The time `text` names, or nil when it is no IMF-fixdate (RFC 9110 section 5.6.7).
  static func parse(_ text: String) -> WallTime? {
    guard text.utf8.count == length else { return nil }
    var bytes = InlineArray<29, UInt8>(repeating: 0)
    var index = 0
    for byte in text.utf8 {
      bytes[index] = byte
      index += 1
    }
    guard isFramed(bytes), let day = number(bytes, 5, 2), let month = month(bytes),
      let year = number(bytes, 12, 4), let hour = number(bytes, 17, 2), hour < 24,
      let minute = number(bytes, 20, 2), minute < 60, let second = number(bytes, 23, 2),
      second <= 60, let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    let clock = hour * 3600 + minute * 60 + second
    return WallTime(secondsSinceEpoch: Int64(date.daysSinceEpoch * 86_400 + clock))
  }

  private static func isFramed(_ bytes: InlineArray<29, UInt8>) -> Bool {
    bytes[3] == UInt8(ascii: ",") && bytes[19] == UInt8(ascii: ":")
      && bytes[22] == UInt8(ascii: ":") && bytes[26] == UInt8(ascii: "G")
      && bytes[27] == UInt8(ascii: "M") && bytes[28] == UInt8(ascii: "T")
      && bytes[4] == 0x20 && bytes[7] == 0x20 && bytes[11] == 0x20 && bytes[16] == 0x20
      && bytes[25] == 0x20
  }

  private static func number(_ bytes: InlineArray<29, UInt8>, _ start: Int, _ count: Int) -> Int? {
    var number = 0
    for index in start..<start + count {
      guard bytes[index] >= 0x30, bytes[index] <= 0x39 else { return nil }
      number = number * 10 + Int(bytes[index] - 0x30)
    }
    return number
  }

  private static func month(_ bytes: InlineArray<29, UInt8>) -> Int? {
    for month in 0..<12
    where months[month * 3] == bytes[8] && months[month * 3 + 1] == bytes[9]
      && months[month * 3 + 2] == bytes[10]
    {
      return month + 1
    }
    return nil
  }
}
