/// A lane, a caller or a flow with its tag and its place.
struct FairNode {
  /// Taken out for a trial, itself or all that waits below: it keeps its tag and order.
  static let aside = Int32.max
  /// Known, without a place anywhere.
  static let nowhere = Int32.max - 1

  /// The start tag while it stands or is aside, else the finish tag: in units of cost for flows
  /// and callers, in units over weight for lanes.
  var tag: Int64
  /// The lane's, the caller's or the flow's number.
  var name: Int32
  /// The caller of a flow, the lane of a caller, 0 for a lane; of a free node the next free one.
  var parent: Int32
  /// Its index among those that stand; the complement of its index among those at rest; or one of
  /// the two above.
  var position: Int32
  /// The units wanted by a flow that stands, the order of a node that is aside.
  var mark: UInt32

  var isStanding: Bool { position >= 0 && position < FairNode.nowhere }
  var isAside: Bool { position == FairNode.aside }
  var isResting: Bool { position < 0 }
}
