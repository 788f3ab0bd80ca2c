import Feedback
import HTTPWire

/// The fields of one answer that its dialect may read.
struct FoundFields {
  private let block: FieldBlock
  private var lines: [(name: String, value: ByteRange)] = []
  /// Which of the fields that state something are there.
  private(set) var stated = FieldMask.empty

  init(_ block: FieldBlock) {
    self.block = block
    lines.reserveCapacity(8)
  }

  /// Adds a line of the field that stands at `place`; the first `count` places state something.
  mutating func add(_ field: Field, named name: String, place: Int, of count: Int) {
    if place < count { stated.insert(place) }
    lines.append((name, field.value))
  }

  /// The values of every line of a field, joined as one list (RFC 9110 section 5.3).
  func value(named name: String) -> String? {
    var value: String?
    for at in lines.indices
    where lines[at].name.utf8.count == name.utf8.count && lines[at].name == name {
      let text = block.string(lines[at].value)
      value = value.map { "\($0), \(text)" } ?? text
    }
    return value
  }
}
