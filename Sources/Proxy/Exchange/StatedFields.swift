import Feedback
import HTTPWire

/// Finds which of a dialect's fields an answer has, without looking each of them up.
final class StatedFields {
  private struct Key {
    let place: Int
    let field: FieldKey
  }

  /// How many of the fields state something by being there.
  private let count: Int
  /// Which of those that may be.
  private let stated: FieldSieve
  /// Which fields of all that may be.
  private let all: FieldSieve
  /// The names by their length; those of 63 bytes and more share.
  private let keys: [[Key]]

  init(stated: [String], others: [String]) {
    count = stated.count
    self.stated = FieldSieve(stated)
    all = FieldSieve(stated + others)
    var keys = [[Key]](repeating: [], count: 64)
    for (place, name) in (stated + others).enumerated() {
      keys[min(name.utf8.count, 63)].append(Key(place: place, field: FieldKey(name)))
    }
    self.keys = keys
  }

  /// The fields of `block` among them; nil where it has none that states something.
  func find(in block: FieldBlock) -> FoundFields? {
    guard block.fields.contains(where: { stated.passes($0) }) else { return nil }
    var found = FoundFields(block)
    for field in block.fields where all.passes(field) {
      let length = min(Int(field.name.count), 63)
      for at in keys[length].indices where keys[length][at].field.id == field.id {
        let name = keys[length][at].field.name
        guard field.id != .other || block.isNamed(field, name) else { continue }
        found.add(field, named: name, place: keys[length][at].place, of: count)
      }
    }
    return found.stated == .empty ? nil : found
  }
}
