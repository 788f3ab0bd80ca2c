/// Spans as Go and protocol buffers write them: `6m0s`, `12ms`, `34.07s`, `1h30m`.
enum GoDuration {
  private static let units: [(name: String, power: Int, factor: Int64)] = [
    ("ns", 0, 1), ("us", 3, 1), ("\u{B5}s", 3, 1), ("ms", 6, 1), ("s", 9, 1), ("m", 9, 60),
    ("h", 9, 3_600), ("d", 9, 86_400),
  ]

  /// The span `text` means, rounded up to nanoseconds and saturating; nil when it is none.
  static func parse(_ text: Substring) -> Duration? {
    var rest = text.utf8[...]
    var total: Int64 = 0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let number = rest.prefix { 0x30...0x39 ~= $0 || $0 == UInt8(ascii: ".") }
      rest = rest[number.endIndex...]
      let name = rest.prefix { !(0x30...0x39 ~= $0) }
      rest = rest[name.endIndex...]
      guard let value = DecimalText(number),
        let unit = units.first(where: { $0.name.utf8.elementsEqual(name) })
      else { return nil }
      let (span, overflow) = value.roundedUp(timesTenTo: unit.power)
        .multipliedReportingOverflow(by: unit.factor)
      let (sum, carried) = total.addingReportingOverflow(overflow ? .max : span)
      total = carried ? .max : sum
    }
    return .nanoseconds(total)
  }
}
