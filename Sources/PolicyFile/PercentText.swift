/// Shares as an operator writes them: `20%`.
enum PercentText {
  /// The whole percentage `text` means, within `range`.
  static func parse(_ text: String, in range: ClosedRange<Int>) throws(Misread) -> Int {
    let digits = text.dropLast()
    guard text.last == "%", (1...3).contains(digits.utf8.count),
      digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let share = Int(digits),
      range.contains(share)
    else {
      throw Misread(
        "\(Echo.quoted(text)) is no such share, allowed: \(range.lowerBound)% to "
          + "\(range.upperBound)%")
    }
    return share
  }
}
