import Timekeeping

/// Spans as an operator writes them: `250ms`, `30s`, `1.5s`, `5m`, `6h`, `1d`.
public enum DurationText {
  static let units: [(name: String, nanoseconds: Int64)] = [
    ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
  ]
  static let longest: Int64 = 366 * 86_400_000_000_000

  /// The span `text` means, at most 366 days.
  ///
  /// Whole numbers only, but for seconds, which may have up to nine decimals.
  public static func parse(_ text: String) throws(Misread) -> Duration {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let name = String(text.dropFirst(digits.count))
    guard !digits.isEmpty, let unit = units.first(where: { $0.name == name }) else {
      throw misread(text)
    }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 1 || (parts.count == 2 && name == "s") else {
      throw misread(text)
    }
    guard let whole = Int64(parts[0]) else { throw misread(text) }
    var fraction: Int64 = 0
    if parts.count == 2 {
      guard (1...9).contains(parts[1].count), let decimals = Int64(parts[1]) else {
        throw misread(text)
      }
      fraction = (parts[1].count..<9).reduce(decimals) { scaled, _ in scaled * 10 }
    }
    let (scaled, overflow) = whole.multipliedReportingOverflow(by: unit.nanoseconds)
    guard !overflow, scaled <= longest - fraction else {
      throw Misread("\(Echo.quoted(text)) is too long, allowed: at most 366d")
    }
    return .nanoseconds(scaled + fraction)
  }

  /// The span in the largest unit it is a whole number of, else in seconds with decimals.
  static func text(_ span: Duration) -> String {
    let nanoseconds = max(0, span.wholeNanoseconds)
    if nanoseconds == 0 { return "0s" }
    if let unit = units.last(where: { nanoseconds % $0.nanoseconds == 0 }) {
      return "\(nanoseconds / unit.nanoseconds)\(unit.name)"
    }
    let decimals = String(nanoseconds % 1_000_000_000 + 1_000_000_000).dropFirst()
    let last = decimals.lastIndex { $0 != "0" } ?? decimals.startIndex
    return "\(nanoseconds / 1_000_000_000).\(decimals[...last])s"
  }

  private static func misread(_ text: String) -> Misread {
    Misread(
      "\(Echo.quoted(text)) is no duration, allowed: a number with ms, s, m, h or d, such as 30s")
  }
}
