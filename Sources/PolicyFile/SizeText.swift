/// Sizes as an operator writes them: `8000`, `8KiB`, `1MiB`, `5GiB`.
enum SizeText {
  static let units: [(name: String, bytes: Int)] = [
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
  ]

  /// The bytes `text` means: a whole number, or one with a unit.
  static func parse(_ text: String) throws(Misread) -> Int {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let name = String(text.dropFirst(digits.count))
    let unit = name.isEmpty ? 1 : units.first { $0.name == name }?.bytes
    guard let unit, !digits.isEmpty else {
      throw Misread(
        "\(Echo.quoted(text)) is no size, allowed: a number of bytes, or one with KiB, MiB, GiB or "
          + "TiB, such as 8KiB" + Echo.suggestion(for: name, among: units.map(\.name)))
    }
    let (bytes, overflow) = (Int(digits) ?? .max).multipliedReportingOverflow(by: unit)
    return overflow ? .max : bytes
  }

  /// The size in the largest unit it is a whole number of.
  static func text(_ bytes: Int) -> String {
    guard let unit = units.last(where: { bytes > 0 && bytes % $0.bytes == 0 }) else {
      return "\(bytes)"
    }
    return "\(bytes / unit.bytes)\(unit.name)"
  }
}
