/// The known names, found by their hash.
final class FieldNameTable: Sendable {
  static let shared = FieldNameTable()

  /// At a hash's highest bits, or behind them where those are taken: a name, `other` for none.
  private let slots: InlineArray<256, FieldName>
  /// In the order of ``FieldName``'s cases.
  private let names: InlineArray<64, PackedName>

  private init() {
    var slots = InlineArray<256, FieldName>(repeating: .other)
    var names = InlineArray<64, PackedName>(repeating: PackedName(""))
    for id in FieldName.allCases where id != .other {
      let name = PackedName(id.text)
      names[Int(id.rawValue)] = name
      var slot = FieldNameTable.slot(of: name)
      while slots[slot] != .other { slot = (slot + 1) & 255 }
      slots[slot] = id
    }
    (self.slots, self.names) = (slots, names)
  }

  @inline(__always)
  private static func slot(of name: PackedName) -> Int {
    Int(truncatingIfNeeded: name.hash &>> 56)
  }

  /// The known name that `name` is, or `other`.
  @inline(__always)
  func id(of name: PackedName) -> FieldName {
    var slot = FieldNameTable.slot(of: name)
    var id = slots[slot]
    while id != .other, names[Int(id.rawValue)] != name {
      slot = (slot &+ 1) & 255
      id = slots[slot]
    }
    return id
  }
}
