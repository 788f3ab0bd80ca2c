/// A number as headers and JSON write it: sign, digits, fraction and exponent, kept in integers.
///
/// `2.0`, `0.5`, `1e9` and `198300` are numbers; `2²`, `0x10`, `.5`, `5.` and `Infinity` are not.
struct DecimalText {
  private(set) var isNegative = false
  /// The significant digits, below 10^19.
  private var digits: UInt64 = 0
  private var exponent = 0
  /// Whether digits other than zero did not fit into `digits`.
  private var isInexact = false

  init?(_ text: Substring.UTF8View) { self.init(text.span) }

  init?(_ text: String.UTF8View) { self.init(text.span) }

  init?(_ text: ArraySlice<UInt8>) { self.init(text.span) }

  private init?(_ text: Span<UInt8>) {
    var at = 0
    if at < text.count, text[at] == UInt8(ascii: "-") {
      isNegative = true
      at += 1
    }
    guard take(from: text, &at, isFraction: false) else { return nil }
    if at < text.count, text[at] == UInt8(ascii: ".") {
      at += 1
      guard take(from: text, &at, isFraction: true) else { return nil }
    }
    if at < text.count, text[at] | 0x20 == UInt8(ascii: "e") {
      guard let stated = Self.exponent(of: text, from: at + 1) else { return nil }
      exponent += stated
      return
    }
    guard at == text.count else { return nil }
  }

  /// This number times 10^`power`, rounded up, saturating; zero when negative.
  func roundedUp(timesTenTo power: Int) -> Int64 { scaled(by: exponent + power, roundingUp: true) }

  /// This number without its fraction, saturating; zero when negative.
  var roundedDown: Int64 { scaled(by: exponent, roundingUp: false) }

  private func scaled(by power: Int, roundingUp: Bool) -> Int64 {
    guard !isNegative, digits > 0 else { return 0 }
    var value = digits
    var remains = isInexact
    var left = power
    while left > 0 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      if overflow { return .max }
      value = product
      left -= 1
    }
    while left < 0, value > 0 {
      remains = remains || value % 10 != 0
      value /= 10
      left += 1
    }
    if roundingUp, remains { value += 1 }
    return Int64(clamping: value)
  }

  /// Takes the digits that stand at `at`; false when there are none.
  private mutating func take(
    from text: Span<UInt8>, _ at: inout Int, isFraction: Bool
  ) -> Bool {
    let start = at
    while at < text.count, text[at] &- 0x30 < 10 {
      let digit = UInt64(text[at] &- 0x30)
      if digits < 100_000_000_000_000_000 {
        digits = digits * 10 + digit
        if isFraction { exponent -= 1 }
      } else {
        isInexact = isInexact || digit != 0
        if !isFraction { exponent += 1 }
      }
      at += 1
    }
    return at > start
  }

  /// The exponent that `text` spells from `start` to its end, clamped far outside what an `Int64`
  /// can be scaled by.
  private static func exponent(of text: Span<UInt8>, from start: Int) -> Int? {
    var at = start
    let isNegative = at < text.count && text[at] == UInt8(ascii: "-")
    if isNegative || (at < text.count && text[at] == UInt8(ascii: "+")) { at += 1 }
    guard at < text.count else { return nil }
    var number = 0
    while at < text.count {
      guard text[at] &- 0x30 < 10 else { return nil }
      number = min(100_000, number * 10 + Int(text[at] &- 0x30))
      at += 1
    }
    return isNegative ? -number : number
  }
}
