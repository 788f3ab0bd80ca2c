/// Walks the field lines of a head across any number of calls.
///
/// A whole line in its usual spelling is read a word at a time; all others, and lines that are cut,
/// phase by phase. Offsets count from the head's first byte; `position` only ever grows, and a call
/// goes on where the last one ran out of bytes, in the middle of a line too.
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

  /// A scanner of the lines behind a start line of `start` bytes.
  init(at start: Int) {
    position = start
    lineStart = start
  }

  /// How many fields `bytes` bytes most likely hold, so that room for them is made once.
  static func likelyFields(in bytes: Int) -> Int { min(16, bytes / 20 &+ 1) }

  /// The next line, where all of it is there in its usual spelling: a name of letters, digits and
  /// hyphens, a colon, one space, a value without blanks around it or tabs in it, CR LF.
  ///
  /// Takes a part of what `next` takes, and refuses nothing; nil leaves the line to that.
  @inline(__always)
  mutating func usualLine(
    _ head: Span<UInt8>, _ limits: HeadLimits, _ names: FieldNameTable
  ) -> Field? {
    let start = position
    guard phase == .lineStart, count < limits.fields,
      let name = PackedName(upToColonIn: head, from: start)
    else { return nil }
    let (id, tag) = (names.id(of: name), name.tag)
    guard id != .other || name.isUsual else { return nil }
    let nameEnd = start &+ name.count
    let valueStart = nameEnd &+ 2
    guard name.count > 0, valueStart < head.count, head[nameEnd &+ 1] == 0x20 else { return nil }
    let valueEnd = head.endOfText(from: valueStart)
    let end = valueEnd &+ 2
    guard end <= min(head.count, start &+ limits.line, limits.block), head[valueEnd] == 0x0D,
      head[valueEnd &+ 1] == 0x0A, head[valueStart] != 0x20, head[valueEnd &- 1] != 0x20
    else { return nil }
    position = end
    lineStart = end
    count &+= 1
    return Field(
      id: id, isPlain: true, tag: tag, name: ByteRange(from: start, to: nameEnd),
      value: ByteRange(from: valueStart, to: valueEnd))
  }

  /// The next complete field line, the end of the head, or neither yet.
  mutating func next(
    _ head: Span<UInt8>, _ limits: HeadLimits, _ names: FieldNameTable
  ) throws(WireError) -> Event {
    while true {
      let limit = min(lineStart &+ limits.line, limits.block)
      let stop = min(head.count, limit)
      guard position < stop else {
        if position >= limit { throw .tooLarge(excess(limits)) }
        return .needsMore
      }
      switch phase {
      case .lineStart: try begin(head[position], limits)
      case .name: try scanName(head, stop)
      case .gap: skipGap(head, stop)
      case .value: try scanValue(head, stop)
      case .lineFeed:
        try takeLineFeed(head[position])
        return .field(finishLine(head, names))
      case .lastFeed:
        try takeLineFeed(head[position])
        return .end
      }
    }
  }

  private func excess(_ limits: HeadLimits) -> String {
    position >= limits.block ? "the head is too large" : "a field line is too long"
  }

  private mutating func begin(_ byte: UInt8, _ limits: HeadLimits) throws(WireError) {
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

  private mutating func scanName(_ head: Span<UInt8>, _ stop: Int) throws(WireError) {
    position = head.endOfToken(from: position, to: stop)
    guard position < stop else { return }
    let byte = head[position]
    guard byte == 0x3A else {
      throw .malformed(byte == 0x0D || byte == 0x0A ? "a line has no colon" : FieldScanner.badName)
    }
    nameEnd = position
    position += 1
    phase = .gap
  }

  private mutating func skipGap(_ head: Span<UInt8>, _ stop: Int) {
    while position < stop, head[position].isBlank { position += 1 }
    guard position < stop else { return }
    valueStart = position
    phase = .value
  }

  private mutating func scanValue(_ head: Span<UInt8>, _ stop: Int) throws(WireError) {
    position = head.endOfContent(from: position, to: stop)
    guard position < stop else { return }
    guard head[position] == 0x0D else {
      throw .malformed("a field value holds a control character")
    }
    position += 1
    phase = .lineFeed
  }

  private mutating func takeLineFeed(_ byte: UInt8) throws(WireError) {
    guard byte == 0x0A else { throw .malformed("a carriage return stands without a line feed") }
    position += 1
  }

  private mutating func finishLine(_ head: Span<UInt8>, _ names: FieldNameTable) -> Field {
    var valueEnd = position - 2
    while valueEnd > valueStart, head[valueEnd - 1].isBlank { valueEnd -= 1 }
    let name = PackedName(head, lineStart..<nameEnd)
    let field = Field(
      id: names.id(of: name), isPlain: false, tag: name.tag,
      name: ByteRange(from: lineStart, to: nameEnd),
      value: ByteRange(from: valueStart, to: valueEnd))
    lineStart = position
    phase = .lineStart
    return field
  }
}
