/// A head's bytes, copied once to their exact size, with an index of the fields in them.
public struct FieldBlock: Sendable {
  /// The head from its start line to its empty line, as received.
  public let bytes: [UInt8]
  /// The fields in the order they came.
  public let fields: [Field]
  /// One bit for each known name that is there, so that asking for an absent field costs nothing.
  private let present: UInt64

  /// The block of `bytes` whose fields lie where `fields` says.
  public init(bytes: [UInt8], fields: [Field]) {
    self.bytes = bytes
    self.fields = fields
    present = fields.reduce(0) { $0 | 1 << UInt64($1.id.rawValue) }
  }

  /// Whether a field of `id` is there.
  public func contains(_ id: FieldName) -> Bool { present & 1 << UInt64(id.rawValue) != 0 }

  /// The first field of `id`.
  public func first(_ id: FieldName) -> Field? {
    guard contains(id) else { return nil }
    return fields.first { $0.id == id }
  }

  /// The first field called `lowercase`, a name in lower case that is known only at run time.
  public func first(named lowercase: String) -> Field? {
    fields.first { isNamed($0, lowercase) }
  }

  /// Whether `field` is called `lowercase`, a name in lower case; allocates nothing.
  public func isNamed(_ field: Field, _ lowercase: String) -> Bool {
    equals(field.name, lowercase)
  }

  /// Whether the bytes at `range` spell `lowercase` in any case; allocates nothing.
  public func equals(_ range: ByteRange, _ lowercase: String) -> Bool {
    guard lowercase.utf8.count == Int(range.count) else { return false }
    var at = Int(range.start)
    for byte in lowercase.utf8 {
      guard bytes[at].asciiLowercased == byte else { return false }
      at += 1
    }
    return true
  }

  /// The bytes at `range`, without copying them.
  public func slice(_ range: ByteRange) -> ArraySlice<UInt8> { bytes[range.range] }

  /// The bytes at `range` as text; bytes that are not UTF-8 become U+FFFD.
  public func string(_ range: ByteRange) -> String { String(decoding: slice(range), as: UTF8.self) }

  /// The value of the first field of `id`, as text.
  public func value(_ id: FieldName) -> String? { first(id).map { string($0.value) } }

  /// The value of the first field called `lowercase`, a name in lower case, as text.
  public func value(named lowercase: String) -> String? {
    first(named: lowercase).map { string($0.value) }
  }
}
