/// The elements of a list of tokens over all lines of a field, empty ones left out.
///
/// For `Connection`, `Transfer-Encoding`, `TE`, `Trailer`, `Upgrade`, `Via` and the like. Iterating
/// allocates nothing. A comma inside quotes separates like any other.
public struct ListElements: Sequence, IteratorProtocol, Sendable {
  private let block: FieldBlock
  private let id: FieldName
  private var index = 0
  private var cursor: ListCursor?

  init(_ block: FieldBlock, _ id: FieldName) {
    self.block = block
    self.id = id
    index = block.contains(id) ? 0 : block.fields.count
  }

  /// Where the next element lies in the block, or nil after the last.
  public mutating func next() -> ByteRange? {
    while true {
      if let element = nextInLine() { return element }
      while index < block.fields.count, block.fields[index].id != id { index += 1 }
      guard index < block.fields.count else { return nil }
      cursor = ListCursor(block.fields[index].value.range)
      index += 1
    }
  }

  private mutating func nextInLine() -> ByteRange? {
    guard var line = cursor else { return nil }
    defer { cursor = line }
    let bytes = block.bytes
    while let element = line.next(bytes.span) {
      if !element.isEmpty { return ByteRange(element) }
    }
    return nil
  }
}

extension FieldBlock {
  /// The elements of the list field `id` over all its lines.
  public func elements(of id: FieldName) -> ListElements { ListElements(self, id) }

  /// Whether a `Connection` field names `field`, so that it must not be forwarded.
  ///
  /// RFC 9110 section 7.6.1. Parsers refuse heads with many connection options, and most fields are
  /// told apart from all options by their hash, so asking for every field of a head stays cheap.
  public func isNamedByConnection(_ field: Field) -> Bool {
    guard contains(.connection) else { return false }
    let hash = FieldNameHash(field.tag).bits
    guard optionHashes & hash == hash else { return false }
    let bytes = bytes
    let span = bytes.span
    let name = field.name.range
    for line in fields where line.id == .connection {
      var cursor = ListCursor(line.value.range)
      while let element = cursor.next(span) {
        if element.count == name.count, span.matches(element, name) { return true }
      }
    }
    return false
  }
}

extension Span<UInt8> {
  /// Whether both ranges hold the same bytes but for the case of letters; they must be of one length.
  fileprivate func matches(_ range: Range<Int>, _ other: Range<Int>) -> Bool {
    for offset in 0..<range.count
    where self[range.lowerBound + offset].asciiLowercased
      != self[other.lowerBound + offset].asciiLowercased
    {
      return false
    }
    return true
  }
}
