/// Some of the fields by which a dialect's successes state something, one bit each.
public struct FieldMask: Hashable, Sendable {
  private var bits: UInt64

  /// No field.
  public static let empty = FieldMask(bits: 0)
  /// Every field, whether it is there or not.
  public static let any = FieldMask(bits: .max)

  private init(bits: UInt64) { self.bits = bits }

  /// The fields called `fields`, of which those that `names` lacks are added to it.
  init(of fields: [String], in names: inout [String]) {
    self = .empty
    for field in fields {
      let place = names.firstIndex(of: field) ?? names.count
      if place == names.count { names.append(field) }
      insert(place)
    }
  }

  /// Adds the field at `place` in `Dialect.statedFields`; those from the 64th on share a bit.
  public mutating func insert(_ place: Int) { bits |= 1 << UInt64(min(place, 63)) }

  /// Whether the two have a field in common.
  func overlaps(_ other: FieldMask) -> Bool { bits & other.bits != 0 }
}
