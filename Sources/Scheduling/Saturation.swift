extension FixedWidthInteger {
  /// The sum, or the end of the range it leaves.
  func clampedAdding(_ other: Self) -> Self {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }
}
