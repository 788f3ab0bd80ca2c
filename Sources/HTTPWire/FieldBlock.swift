/// A head's bytes, copied once to their exact size, with an index of the fields in them.
///
/// One object, so that whatever holds a head holds one reference. What it answers first is a test of
/// a mask: most fields that are asked for are not there.
public final class FieldBlock: Sendable {
  /// The head from its start line to its empty line, as received.
  public let bytes: [UInt8]
  /// The fields in the order they came.
  public let fields: [Field]
  /// One bit for each known name that is there.
  @usableFromInline
  let present: UInt64
  /// One bit for each length of a name, the last for all beyond.
  @usableFromInline
  let lengths: UInt64
  /// The bits of the connection options.
  let optionHashes: UInt64

  /// The block of `bytes` with fields that a scanner found in them.
  init(bytes: [UInt8], fields: [Field], optionHashes: UInt64) {
    var (present, lengths): (UInt64, UInt64) = (0, 0)
    for field in fields {
      present |= 1 &<< UInt64(field.id.rawValue)
      lengths |= FieldBlock.bit(ofLength: Int(field.name.count))
    }
    self.bytes = bytes
    self.fields = fields
    (self.present, self.lengths) = (present, lengths)
    self.optionHashes = optionHashes
  }

  @inlinable
  static func bit(ofLength count: Int) -> UInt64 {
    1 &<< UInt64(truncatingIfNeeded: count < 63 ? count : 63)
  }

  /// Whether a field of `id` is there.
  @inlinable
  public func contains(_ id: FieldName) -> Bool { present & 1 &<< UInt64(id.rawValue) != 0 }

  /// The first field of `id`.
  public func first(_ id: FieldName) -> Field? {
    guard contains(id) else { return nil }
    return fields.first { $0.id == id }
  }

  /// The bytes at `range`, without copying them.
  public func slice(_ range: ByteRange) -> ArraySlice<UInt8> { bytes[range.range] }

  /// The bytes at `range` as text; bytes that are not UTF-8 become U+FFFD.
  public func string(_ range: ByteRange) -> String { String(decoding: slice(range), as: UTF8.self) }

  /// The value of the first field of `id`, as text.
  public func value(_ id: FieldName) -> String? { first(id).map { string($0.value) } }
}
