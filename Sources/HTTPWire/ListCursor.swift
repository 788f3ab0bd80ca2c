/// Walks the elements of a comma-separated value, empty ones included (RFC 9110 section 5.6.1).
///
/// Meant for lists of tokens: a comma inside quotes separates like any other.
struct ListCursor: Sendable {
  private var at: Int
  private let end: Int
  private var isDone = false

  init(_ range: Range<Int>) {
    at = range.lowerBound
    end = range.upperBound
  }

  /// The next element without the whitespace around it, or nil after the last.
  mutating func next(_ bytes: Span<UInt8>) -> Range<Int>? {
    guard !isDone else { return nil }
    while at < end, bytes[at].isBlank { at += 1 }
    let start = at
    while at < end, bytes[at] != 0x2C { at += 1 }
    var stop = at
    while stop > start, bytes[stop - 1].isBlank { stop -= 1 }
    if at == end { isDone = true } else { at += 1 }
    return start..<stop
  }
}
