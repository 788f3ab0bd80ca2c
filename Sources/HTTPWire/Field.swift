/// One field line of a head: which field, and where its name and value lie in the head's bytes.
public struct Field: Hashable, Sendable {
  /// The field's name, when it is one this codec knows.
  public let id: FieldName
  /// Where the name lies, in the sender's spelling.
  public let name: ByteRange
  /// Where the value lies, without the whitespace around it.
  public let value: ByteRange

  /// A field of `id` whose name and value lie at the given places.
  public init(id: FieldName, name: ByteRange, value: ByteRange) {
    self.id = id
    self.name = name
    self.value = value
  }
}
