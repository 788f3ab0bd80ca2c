/// One field line of a head: which field, and where its name and value lie in the head's bytes.
public struct Field: Hashable, Sendable {
  /// The field's name, when it is one this codec knows.
  public let id: FieldName
  /// Whether the line was read as `Name: value` and CR LF, so that it can be copied whole.
  @usableFromInline
  let isPlain: Bool
  /// What tells the name from most others (``PackedName/tag``).
  let tag: UInt16
  /// Where the name lies, in the sender's spelling.
  public let name: ByteRange
  /// Where the value lies, without the whitespace around it.
  public let value: ByteRange

  @inline(__always)
  init(id: FieldName, isPlain: Bool, tag: UInt16, name: ByteRange, value: ByteRange) {
    self.id = id
    self.isPlain = isPlain
    self.tag = tag
    self.name = name
    self.value = value
  }
}
