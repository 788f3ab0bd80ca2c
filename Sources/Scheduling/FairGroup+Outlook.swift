import Timekeeping

extension FairGroup {
  /// At most so many nodes are looked at; of more, as many spread over all stand for the rest.
  static let mostLooks = 64

  /// The place a node has, or would be given now; of one that is nil or new the last of its round.
  func place(
    of own: Int?, deadline: Int64 = .max, order: UInt32, _ nodes: ContiguousArray<FairNode>
  ) -> FairEntry {
    var entry = FairEntry(tag: virtualTime, deadline: deadline, order: order, node: -1)
    guard let own else { return entry }
    if nodes[own].isStanding { return standing.entries[Int(nodes[own].position)] }
    entry.tag = nodes[own].isAside ? nodes[own].tag : max(virtualTime, nodes[own].tag)
    if nodes[own].isAside { entry.order = nodes[own].mark }
    return entry
  }

  /// What this group is given until the node at a place has been given `own` units.
  ///
  /// Every other node gets what its tag leaves it until the tag the node will have then, and no
  /// more than waits there. That is a lower bound: under a steady load as much comes again before
  /// the turn of a request far behind. Beyond the first round the group's course says how much.
  ///
  /// - Parameters:
  ///   - stride: how far a unit moves the tag of the node itself.
  ///   - total: the units that wait at all other nodes.
  ///   - wanted: the units that wait at a node.
  ///   - step: how far a unit moves the tag of a node.
  func unitsBefore(
    _ place: FairEntry, own: Int, stride: Int64, total: Int, wanted: (Int) -> Int,
    step: (Int) -> Int64
  ) -> Int {
    let (product, overflow) = stride.multipliedReportingOverflow(by: Int64(own))
    let span = overflow ? Int64.max : product
    let others = othersBefore(place, end: span, total: total, wanted: wanted, step: step)
    let known = own.clampedAdding(others)
    let far = place.tag.clampedAdding(span).clampedAdding(-virtualTime).clampedAdding(-stride)
    guard far > 0, far <= span else { return known }
    let near = span - far
    let othersNear = othersBefore(place, end: near, total: total, wanted: wanted, step: step)
    return max(known, othersNear.clampedAdding(course.units(within: far)))
  }

  private func othersBefore(
    _ place: FairEntry, end: Int64, total: Int, wanted: (Int) -> Int, step: (Int) -> Int64
  ) -> Int {
    let end = place.tag.clampedAdding(end)
    let stride = (standing.count - 1) / FairGroup.mostLooks + 1
    var sample = PairedSample()
    for index in Swift.stride(from: 0, to: standing.count, by: max(1, stride)) {
      let entry = standing.entries[index]
      guard entry.node != place.node else { continue }
      let node = Int(entry.node)
      let most = wanted(node)
      sample.add(most, min(most, turns(of: entry, besides: place, until: end, step(node))))
    }
    let others = standing.count - (place.node >= 0 ? 1 : 0)
    return sample.sum(of: others, total: max(0, total))
  }

  /// How often the node of an entry is served before the node at a place has the tag `end`.
  private func turns(
    of entry: FairEntry, besides place: FairEntry, until end: Int64, _ step: Int64
  ) -> Int {
    guard entry.tag <= end else { return 0 }
    let gap = end.clampedAdding(-entry.tag)
    guard gap % step == 0 else { return Int(gap / step).clampedAdding(1) }
    // Nodes whose tags meet keep the order in which they came to stand side by side.
    let isBefore = entry.tag == place.tag ? entry.precedes(place) : entry.tag > place.tag
    return Int(gap / step).clampedAdding(isBefore ? 1 : 0)
  }
}
