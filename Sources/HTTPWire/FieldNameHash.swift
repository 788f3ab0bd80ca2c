/// A field name as two bits of a word: what tells most names apart that a block does not hold.
///
/// Made once for a name, it makes asking many blocks for it a mask test each
/// (``FieldBlock/mayContain(_:)``).
public struct FieldNameHash: Hashable, Sendable {
  @usableFromInline
  let bits: UInt64

  /// The hash of `name`, in any case.
  public init(_ name: String) { self.init(PackedName(name).tag) }

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
