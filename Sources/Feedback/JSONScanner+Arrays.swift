/// Paths that lead through arrays: `*` stands for any element.
extension JSONScanner {
  /// Values that one path may lead to; what stands behind them is not looked at.
  public static let mostValues = 16

  /// Whether there is no text at all.
  var isEmpty: Bool { end == 0 }

  /// The scalars the path leads to, in the order of the text.
  func scalars(at path: [String]) -> [JSONScalar] {
    guard path.contains("*") else { return scalar(at: path).map { [$0] } ?? [] }
    return ranges(at: path).compactMap { scalar(in: $0, mayEndText: false) }
  }

  /// Where the values the path leads to stand.
  func ranges(at path: [String]) -> [Range<Int>] {
    guard path.count < Self.deepest else { return [] }
    var starts = [skipSpace(from: 0)]
    for (level, name) in path.enumerated() {
      if name == "*" {
        var elements: [Int] = []
        for start in starts {
          _ = forEachElement(ofArrayAt: start, level: level) { element in
            elements.append(element)
            return elements.count < Self.mostValues
          }
          if elements.count == Self.mostValues { break }
        }
        starts = elements
      } else {
        starts = starts.compactMap { member(name, ofObjectAt: $0, level: level) }
      }
    }
    return starts.compactMap { start in
      skipValue(from: start, level: path.count).map { start..<$0 }
    }
  }

  /// How many elements the array at the path of member names has; nil when it is not all there.
  public func count(at path: [String]) -> Int? {
    guard let range = range(at: path) else { return nil }
    var count = 0
    let isWhole = forEachElement(ofArrayAt: range.lowerBound, level: path.count) { _ in
      count += 1
      return true
    }
    return isWhole ? count : nil
  }

  /// Calls `use` with the start of each element until it says no; true at the array's end.
  private func forEachElement(
    ofArrayAt start: Int, level: Int, _ use: (Int) -> Bool
  ) -> Bool {
    guard start < end, bytes[start] == UInt8(ascii: "[") else { return false }
    var next = skipSpace(from: start + 1)
    if next < end, bytes[next] == UInt8(ascii: "]") { return true }
    while next < end {
      guard use(next), let after = skipValue(from: next, level: level + 1) else { return false }
      next = skipSpace(from: after)
      guard next < end else { return false }
      if bytes[next] == UInt8(ascii: "]") { return true }
      guard bytes[next] == UInt8(ascii: ",") else { return false }
      next = skipSpace(from: next + 1)
    }
    return false
  }
}
