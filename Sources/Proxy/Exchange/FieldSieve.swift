import HTTPWire

/// Lets through the fields that have one of certain names, and few others.
struct FieldSieve {
  /// One bit for each name that the codec knows.
  private var known: UInt64 = 0
  /// One bit for each length that another name has; 63 bytes and more share one.
  private var lengths: UInt64 = 0

  init(_ names: [String]) {
    for name in names {
      let key = FieldKey(name)
      if key.id == .other {
        lengths |= FieldSieve.bit(name.utf8.count)
      } else {
        known |= 1 << UInt64(key.id.rawValue)
      }
    }
  }

  func passes(_ field: Field) -> Bool {
    field.id == .other
      ? lengths & FieldSieve.bit(Int(field.name.count)) != 0
      : known & 1 &<< UInt64(field.id.rawValue) != 0
  }

  private static func bit(_ length: Int) -> UInt64 { 1 &<< UInt64(min(length, 63)) }
}
