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

  init?(_ text: some Collection<UInt8>) {
    var rest = text[...]
    if rest.first == UInt8(ascii: "-") {
      isNegative = true
      rest = rest.dropFirst()
    }
    guard take(from: &rest, isFraction: false) else { return nil }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard take(from: &rest, isFraction: true) else { return nil }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      guard let stated = Self.exponent(of: rest) else { return nil }
      exponent += stated
      rest = rest[rest.endIndex...]
    }
    guard rest.isEmpty else { return nil }
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

  /// Takes the digits `rest` begins with; false when there are none.
  private mutating func take<Text: Collection<UInt8>>(
    from rest: inout Text, isFraction: Bool
  ) -> Bool where Text.SubSequence == Text {
    var any = false
    while let byte = rest.first, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      any = true
      let digit = UInt64(byte - UInt8(ascii: "0"))
      if digits < 100_000_000_000_000_000 {
        digits = digits * 10 + digit
        if isFraction { exponent -= 1 }
      } else {
        isInexact = isInexact || digit != 0
        if !isFraction { exponent += 1 }
      }
      rest = rest.dropFirst()
    }
    return any
  }

  /// The exponent `text` spells, clamped far outside what an `Int64` can be scaled by.
  private static func exponent(of text: some Collection<UInt8>) -> Int? {
    let isNegative = text.first == UInt8(ascii: "-")
    let isSigned = isNegative || text.first == UInt8(ascii: "+")
    let digits = text.dropFirst(isSigned ? 1 : 0)
    guard !digits.isEmpty else { return nil }
    var number = 0
    for byte in digits {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      number = min(100_000, number * 10 + Int(byte - UInt8(ascii: "0")))
    }
    return isNegative ? -number : number
  }
}
