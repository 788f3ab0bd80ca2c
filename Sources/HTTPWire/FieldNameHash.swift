/// A field name as two bits of a word: tells most fields apart from all connection options.
struct FieldNameHash: Hashable, Sendable {
  let bits: UInt64

  /// The hash of the name whose tag is `tag`.
  @inline(__always)
  init(_ tag: UInt16) {
    bits = 1 &<< UInt64(tag & 63) | 1 &<< UInt64(tag &>> 6 & 63)
  }
}

extension PackedName {
  /// The hash's highest bits: names with different tags are different.
  @inline(__always)
  var tag: UInt16 { UInt16(truncatingIfNeeded: hash &>> 48) }
}
