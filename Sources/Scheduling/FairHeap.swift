/// A heap with four children to each entry that tells every node its place.
///
/// Four entries are read together, and any entry can be taken out or moved without leaving a
/// stale one behind. Every change takes O(log n).
struct FairHeap {
  private(set) var entries = ContiguousArray<FairEntry>()
  /// All ones to write down complements of places, else zero.
  private let flip: Int32

  init(isResting: Bool) { flip = isResting ? -1 : 0 }

  var first: FairEntry? { entries.first }
  var count: Int { entries.count }
  var isEmpty: Bool { entries.isEmpty }

  mutating func insert(_ entry: FairEntry, _ nodes: inout ContiguousArray<FairNode>) {
    entries.append(entry)
    rise(entry, to: entries.count - 1, &nodes)
  }

  /// Takes out the entry of a node; what becomes of the node is the caller's to say.
  mutating func remove(_ node: Int, _ nodes: inout ContiguousArray<FairNode>) {
    let place = Int(nodes[node].position ^ flip)
    let last = entries.removeLast()
    if place < entries.count { put(last, at: place, &nodes) }
  }

  /// Puts an entry with a new tag, deadline or order in place of the one its node has.
  mutating func replace(_ entry: FairEntry, _ nodes: inout ContiguousArray<FairNode>) {
    put(entry, at: Int(nodes[Int(entry.node)].position ^ flip), &nodes)
  }

  private mutating func put(
    _ entry: FairEntry, at place: Int, _ nodes: inout ContiguousArray<FairNode>
  ) {
    if place > 0, entry.precedes(entries[(place - 1) / 4]) {
      rise(entry, to: place, &nodes)
    } else {
      sink(entry, to: place, &nodes)
    }
  }

  private mutating func rise(
    _ entry: FairEntry, to place: Int, _ nodes: inout ContiguousArray<FairNode>
  ) {
    // Spans: each write to an array would look whether it is shared.
    let flip = flip
    var entries = entries.mutableSpan
    var nodes = nodes.mutableSpan
    var hole = place
    while hole > 0 {
      let parent = (hole - 1) / 4
      let above = entries[parent]
      guard entry.precedes(above) else { break }
      entries[hole] = above
      nodes[Int(above.node)].position = Int32(truncatingIfNeeded: hole) ^ flip
      hole = parent
    }
    entries[hole] = entry
    nodes[Int(entry.node)].position = Int32(truncatingIfNeeded: hole) ^ flip
  }

  private mutating func sink(
    _ entry: FairEntry, to place: Int, _ nodes: inout ContiguousArray<FairNode>
  ) {
    let flip = flip
    var entries = entries.mutableSpan
    var nodes = nodes.mutableSpan
    let count = entries.count
    var hole = place
    while 4 * hole + 1 < count {
      var least = 4 * hole + 1
      var below = entries[least]
      var child = least + 1
      let end = min(4 * hole + 5, count)
      while child < end {
        let other = entries[child]
        if other.precedes(below) {
          least = child
          below = other
        }
        child += 1
      }
      guard below.precedes(entry) else { break }
      entries[hole] = below
      nodes[Int(below.node)].position = Int32(truncatingIfNeeded: hole) ^ flip
      hole = least
    }
    entries[hole] = entry
    nodes[Int(entry.node)].position = Int32(truncatingIfNeeded: hole) ^ flip
  }
}
