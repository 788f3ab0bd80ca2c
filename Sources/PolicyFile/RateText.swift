import Limits
import Timekeeping

/// Rates as an operator writes them: `120/min`, `50/5s`, `25/day`.
public enum RateText {
  static let units: [(name: String, seconds: Int)] = [
    ("s", 1), ("sec", 1), ("min", 60), ("h", 3_600), ("hour", 3_600), ("d", 86_400),
    ("day", 86_400),
  ]
  static let mostUnits = 1_000_000_000
  static let longestSeconds = 366 * 86_400

  /// The rate `text` means: units, a slash, and a span; the span's number is 1 where none stands.
  public static func parse(_ text: String) throws(Misread) -> Rate {
    let halves = text.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2, isNumber(halves[0]) else { throw misread(text, unit: "") }
    let number = halves[1].prefix { $0.isASCII && $0.isNumber }
    let name = String(halves[1].dropFirst(number.count))
    guard let unit = units.first(where: { $0.name == name }) else {
      throw misread(text, unit: name)
    }
    guard let allow = Int(halves[0]), (1...mostUnits).contains(allow) else {
      throw Misread("\(Echo.quoted(text)) is out of range, allowed: 1 to 1000000000 in a span")
    }
    let count = number.isEmpty ? 1 : Int(number) ?? .max
    guard count >= 1, count <= longestSeconds / unit.seconds else {
      throw Misread("\(Echo.quoted(text)) is out of range, allowed: a span of 1s to 366d")
    }
    return Rate(allow: allow, per: .seconds(count * unit.seconds))
  }

  /// The rate as `parse` reads it, its span in the largest unit that fits.
  static func text(_ rate: Rate) -> String {
    let names: [(name: String, seconds: Int64)] = [
      ("day", 86_400), ("hour", 3_600), ("min", 60), ("s", 1),
    ]
    let seconds = rate.per.wholeNanoseconds / 1_000_000_000
    let unit = names.first { seconds % $0.seconds == 0 } ?? ("s", 1)
    let count = seconds / unit.seconds
    return "\(rate.allow)/\(count == 1 ? "" : String(count))\(unit.name)"
  }

  private static func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber }
  }

  private static func misread(_ text: String, unit: String) -> Misread {
    Misread(
      "\(Echo.quoted(text)) is no rate, allowed: a number, / and s, min, hour or day, such as "
        + "120/min or 50/5s" + Echo.suggestion(for: unit, among: units.map(\.name)))
  }
}
