import Seeding

/// Identifiers for answers: they look like the provider's and mean nothing.
enum Identifier {
  static func hexadecimal(_ count: Int, _ random: inout SplitMix64) -> String {
    var text = ""
    while text.utf8.count < count { text += padded(random.next(), radix: 16, to: 16) }
    return String(text.prefix(count))
  }

  static func decimal(_ count: Int, _ random: inout SplitMix64) -> String {
    // The last 16 of the digits: the leading ones of a 64-bit number are not evenly spread.
    var text = ""
    while text.utf8.count < count {
      text += padded(random.next() % 10_000_000_000_000_000, radix: 10, to: 16)
    }
    return String(text.prefix(count))
  }

  private static func padded(_ number: UInt64, radix: Int, to count: Int) -> String {
    let digits = String(number, radix: radix)
    return String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
  }
}
