/// Fixed-width decimal numbers, as dates write them.
enum Digits {
  /// The number `text` spells, or nil unless it is exactly `count` ASCII digits.
  static func value(_ text: some StringProtocol, count: Int) -> Int? {
    let bytes = text.utf8
    guard bytes.count == count else { return nil }
    return value(bytes)
  }

  /// The number the bytes spell, or nil unless all are ASCII digits; at most 18 of them.
  static func value(_ bytes: some Collection<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 18 else { return nil }
    var number = 0
    for byte in bytes {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      number = number * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return number
  }

  /// `number` with leading zeros to at least `count` digits; `number` is not negative.
  static func text(_ number: Int, count: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
  }
}
