/// Walks the field lines of a head, each byte once, across any number of calls.
///
/// Offsets count from the head's first byte; `position` only ever grows, and a call goes on where
/// the last one ran out of bytes, in the middle of a line too.
struct FieldScanner: Sendable {
  enum Event: Sendable {
    case needsMore
    case field(Field)
    case end
  }

  private enum Phase: UInt8 { case lineStart, name, gap, value, lineFeed, lastFeed }

  private(set) var position: Int
  private var phase = Phase.lineStart
  private var lineStart: Int
  private var nameEnd = 0
  private var valueStart = 0
  private var count = 0
  private let limits: HeadLimits

  /// A scanner of the lines behind a start line of `start` bytes.
  init(at start: Int, limits: HeadLimits) {
    position = start
    lineStart = start
    self.limits = limits
  }

  /// The next complete field line, the end of the head, or neither yet.
  mutating func next(_ head: Span<UInt8>) throws(WireError) -> Event {
    while true {
      let limit = min(lineStart + limits.line, limits.block)
      let stop = min(head.count, limit)
      guard position < stop else {
        if position >= limit { throw .tooLarge(excess) }
        return .needsMore
      }
      switch phase {
      case .lineStart: try begin(head[position])
      case .name: try scanName(head, stop)
      case .gap: skipGap(head, stop)
      case .value: try scanValue(head, stop)
      case .lineFeed:
        try takeLineFeed(head[position])
        return .field(finishLine(head))
      case .lastFeed:
        try takeLineFeed(head[position])
        return .end
      }
    }
  }

  private var excess: String {
    position >= limits.block ? "the head is too large" : "a field line is too long"
  }

  private mutating func begin(_ byte: UInt8) throws(WireError) {
    if byte == 0x0D {
      phase = .lastFeed
      position += 1
      return
    }
    guard !byte.isBlank else { throw .malformed("a line starts with whitespace") }
    guard byte != 0x3A else { throw .malformed("a field has no name") }
    guard ByteSet.token.contains(byte) else { throw .malformed(FieldScanner.badName) }
    guard count < limits.fields else { throw .tooLarge("there are too many fields") }
    count += 1
    phase = .name
    position += 1
  }

  private static let badName = "a field name holds a byte that is not allowed there"

  @inline(__always)
  private mutating func scanName(_ head: Span<UInt8>, _ stop: Int) throws(WireError) {
    var at = position
    while at < stop, ByteSet.token.contains(head[at]) { at += 1 }
    position = at
    guard at < stop else { return }
    guard head[at] == 0x3A else {
      throw .malformed(
        head[at] == 0x0D || head[at] == 0x0A ? "a line has no colon" : FieldScanner.badName)
    }
    nameEnd = at
    position = at + 1
    phase = .gap
  }

  @inline(__always)
  private mutating func skipGap(_ head: Span<UInt8>, _ stop: Int) {
    var at = position
    while at < stop, head[at].isBlank { at += 1 }
    position = at
    guard at < stop else { return }
    valueStart = at
    phase = .value
  }

  @inline(__always)
  private mutating func scanValue(_ head: Span<UInt8>, _ stop: Int) throws(WireError) {
    var at = position
    while at < stop, head[at].isFieldContent { at += 1 }
    position = at
    guard at < stop else { return }
    guard head[at] == 0x0D else { throw .malformed("a field value holds a control character") }
    position = at + 1
    phase = .lineFeed
  }

  @inline(__always)
  private mutating func takeLineFeed(_ byte: UInt8) throws(WireError) {
    guard byte == 0x0A else { throw .malformed("a carriage return stands without a line feed") }
    position += 1
  }

  @inline(__always)
  private mutating func finishLine(_ head: Span<UInt8>) -> Field {
    var valueEnd = position - 2
    while valueEnd > valueStart, head[valueEnd - 1].isBlank { valueEnd -= 1 }
    let name = lineStart..<nameEnd
    lineStart = position
    phase = .lineStart
    return Field(
      id: FieldName.identify(head.extracting(name)), name: ByteRange(name),
      value: ByteRange(valueStart..<valueEnd))
  }
}
