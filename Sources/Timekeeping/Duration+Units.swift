extension Duration {
  /// This span in whole nanoseconds, truncated towards zero and saturating (292 years).
  @inlinable public var wholeNanoseconds: Int64 {
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
