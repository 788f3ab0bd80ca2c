extension Duration {
  /// The span of so many nanoseconds: the same as `nanoseconds(_:)`, in a few instructions.
  @inlinable public init(nanoseconds: Int64) {
    // 64 bits times 30 bits never overflow 128.
    self.init(attoseconds: Int128(nanoseconds) &* 1_000_000_000)
  }

  /// This span in whole nanoseconds, truncated towards zero and saturating (292 years).
  @inlinable public var wholeNanoseconds: Int64 {
    // Nearly every span is a multiple of 10^9 attoseconds. Then its quotient is a product with the
    // inverse of 5^9 modulo 2^64 (Warren, Hacker's Delight, 10-16), which needs no division.
    let total = attoseconds
    let low = UInt64(truncatingIfNeeded: total &>> 9) &* 0x8E47_CE42_3A2E_9C6D
    let quotient = Int64(bitPattern: low)
    return Int128(quotient) &* 1_000_000_000 == total ? quotient : truncatedNanoseconds
  }

  @usableFromInline var truncatedNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds > 0 ? .max : -.max }
    let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carried ? (seconds > 0 ? .max : -.max) : sum
  }

  /// This span in whole milliseconds, truncated towards zero.
  @inlinable public var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }

  /// This span in seconds as a floating-point number, for people and JSON, never for decisions.
  @inlinable public var inSeconds: Double { Double(wholeNanoseconds) / 1e9 }

  /// This span in whole seconds, rounded up, never negative: the form `Retry-After` takes.
  @inlinable public var roundedUpSeconds: Int64 {
    let nanoseconds = wholeNanoseconds
    return nanoseconds <= 0 ? 0 : (nanoseconds - 1) / 1_000_000_000 + 1
  }
}
