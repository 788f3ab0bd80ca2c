/// A set of ASCII bytes as two words, so that membership is a shift and a mask.
struct ByteSet: Sendable {
  let low: UInt64
  let high: UInt64

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    let word = byte < 64 ? low : high
    return byte < 128 && word &>> UInt64(byte & 63) & 1 != 0
  }

  /// Letters, digits and ``!#$%&'*+-.^_`|~`` (RFC 9110 section 5.6.2).
  @inline(__always)
  static var token: ByteSet { ByteSet(low: 0x3FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }

  /// Every visible ASCII character but `"`, `#`, `<`, `>` and `\`.
  ///
  /// RFC 3986 would also refuse `|`, `{`, `}`, `[`, `]`, `^` and the backtick; clients send them.
  @inline(__always)
  static var target: ByteSet { ByteSet(low: 0xAFFF_FFF2_0000_0000, high: 0x7FFF_FFFF_EFFF_FFFF) }

  /// Letters, digits, `-`, `.` and `_`.
  @inline(__always)
  static var host: ByteSet { ByteSet(low: 0x3FF_6000_0000_0000, high: 0x7FF_FFFE_87FF_FFFE) }

  /// Hexadecimal digits, `:` and `.`: what an IPv6 address between brackets may hold.
  @inline(__always)
  static var address: ByteSet { ByteSet(low: 0x7FF_4000_0000_0000, high: 0x7E_0000_007E) }
}
