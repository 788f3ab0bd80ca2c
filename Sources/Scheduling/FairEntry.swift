/// The place of one node in a heap: by tag, then by deadline, then by order of arrival.
struct FairEntry {
  var tag: Int64
  /// Of a flow's head; `.max` for all else.
  var deadline: Int64
  /// Wraps: only the smaller half of the distance counts.
  var order: UInt32
  var node: Int32

  func precedes(_ other: FairEntry) -> Bool {
    if tag != other.tag { return tag < other.tag }
    if deadline != other.deadline { return deadline < other.deadline }
    return Int32(bitPattern: order &- other.order) < 0
  }
}
