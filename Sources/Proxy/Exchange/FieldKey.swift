import HTTPWire

/// The name of a field that the policy gives, prepared for looking it up in heads.
struct FieldKey {
  /// In lower case.
  let name: String
  /// Its number, where the codec knows it.
  let id: FieldName

  init(_ name: String) {
    self.name = name
    id = FieldName.identify(Array(name.utf8).span)
  }
}

extension FieldBlock {
  /// The first field of this name.
  func first(_ key: FieldKey) -> Field? {
    if key.id != .other { return first(key.id) }
    return fields.first { $0.id == .other && isNamed($0, key.name) }
  }

  /// How many fields have this name.
  func count(of key: FieldKey) -> Int {
    if key.id != .other, !contains(key.id) { return 0 }
    return fields.count { $0.id == key.id && (key.id != .other || isNamed($0, key.name)) }
  }
}
