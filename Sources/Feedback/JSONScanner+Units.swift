/// Whole numbers of things.
extension JSONScanner {
  /// How many elements the array at the path has, or the number there, rounded up.
  ///
  /// Nil when there is neither, or the text ends before it does; a negative number counts as zero.
  public func units(at path: [String]) -> Int? {
    if let count = count(at: path) { return count }
    guard case .number(let text) = scalar(at: path) else { return nil }
    return DecimalText(text.utf8).map { Int(clamping: $0.roundedUp(timesTenTo: 0)) }
  }
}
