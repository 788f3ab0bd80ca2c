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
    while let element = line.next(block.bytes.span) {
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
  /// RFC 9110 section 7.6.1. Parsers refuse heads with many connection options, so asking for every
  /// field of a head stays cheap.
  public func isNamedByConnection(_ field: Field) -> Bool {
    guard contains(.connection) else { return false }
    let bytes = bytes.span
    let name = bytes.extracting(field.name.range)
    for line in fields where line.id == .connection {
      var cursor = ListCursor(line.value.range)
      while let element = cursor.next(bytes) {
        if element.count == name.count, bytes.extracting(element).matches(name) { return true }
      }
    }
    return false
  }
}

extension Span<UInt8> {
  /// Whether both hold the same bytes but for the case of letters; they must be of one length.
  fileprivate func matches(_ other: Span<UInt8>) -> Bool {
    for at in indices where self[at].asciiLowercased != other[at].asciiLowercased { return false }
    return true
  }
}
