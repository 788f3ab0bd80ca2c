import HTTPWire
import Policy

/// The keys that make a request safe to repeat.
enum IdempotencyKey {
  /// Whether requests of this method change something.
  static func isNeeded(by method: HTTPWire.Method) -> Bool {
    switch method {
    case .post, .put, .patch, .delete: true
    case .get, .head, .options, .trace, .connect, .other: false
    }
  }

  /// The line with a fresh key in the field of this name.
  static func line(for key: FieldKey) -> [UInt8] {
    var line: [UInt8] = []
    var random = SystemRandomNumberGenerator()
    HeadWriter.field(key.name, fresh(from: &random), to: &line)
    return line
  }

  /// A random UUID (RFC 9562 section 5.4).
  static func fresh(from random: inout some RandomNumberGenerator) -> String {
    let high = random.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    let digits = hexadecimal(high) + hexadecimal(low)
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
      .map { String(decoding: digits[$0], as: UTF8.self) }
      .joined(separator: "-")
  }

  private static func hexadecimal(_ word: UInt64) -> [UInt8] {
    stride(from: 60, through: 0, by: -4).map { shift in
      let digit = UInt8(word >> UInt64(shift) & 0xF)
      return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
  }
}
