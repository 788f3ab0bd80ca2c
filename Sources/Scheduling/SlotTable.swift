/// Finds nodes by number: open addressing with linear probing, four bytes a cell.
///
/// The numbers themselves stand in the nodes; at most three of four cells are in use.
struct SlotTable {
  /// -1 is a free cell.
  private var cells = ContiguousArray<Int32>()
  private(set) var count = 0
  /// Whether a number means something else below every parent.
  private let isByParent: Bool

  init(isByParent: Bool) { self.isByParent = isByParent }

  func find(_ name: Int32, below parent: Int32 = 0, _ nodes: ContiguousArray<FairNode>) -> Int? {
    guard !cells.isEmpty else { return nil }
    let mask = cells.count - 1
    var cell = home(name, parent)
    while cells[cell] >= 0 {
      let slot = Int(cells[cell])
      if nodes[slot].name == name, !isByParent || nodes[slot].parent == parent { return slot }
      cell = (cell + 1) & mask
    }
    return nil
  }

  /// Adds a node that is not in the table.
  mutating func insert(_ slot: Int, _ nodes: ContiguousArray<FairNode>) {
    if 4 * (count + 1) > 3 * cells.count { grow(nodes) }
    place(slot, nodes)
    count += 1
  }

  /// Takes out a node that is in the table, and closes the gap it leaves.
  mutating func remove(_ slot: Int, _ nodes: ContiguousArray<FairNode>) {
    let mask = cells.count - 1
    var gap = home(nodes[slot].name, nodes[slot].parent)
    while cells[gap] != Int32(slot) { gap = (gap + 1) & mask }
    var cell = (gap + 1) & mask
    while cells[cell] >= 0 {
      let node = nodes[Int(cells[cell])]
      let wanted = home(node.name, node.parent)
      if (cell &- wanted) & mask >= (cell &- gap) & mask {
        cells[gap] = cells[cell]
        gap = cell
      }
      cell = (cell + 1) & mask
    }
    cells[gap] = -1
    count -= 1
  }

  private mutating func grow(_ nodes: ContiguousArray<FairNode>) {
    let old = cells
    cells = ContiguousArray(repeating: -1, count: max(4, 2 * old.count))
    for slot in old where slot >= 0 { place(Int(slot), nodes) }
  }

  private mutating func place(_ slot: Int, _ nodes: ContiguousArray<FairNode>) {
    let mask = cells.count - 1
    var cell = home(nodes[slot].name, nodes[slot].parent)
    while cells[cell] >= 0 { cell = (cell + 1) & mask }
    cells[cell] = Int32(truncatingIfNeeded: slot)
  }

  /// Multiplicative hashing (Knuth, volume 3, section 6.4): the topmost bits of the product, which
  /// keep numbers that follow each other apart.
  private func home(_ name: Int32, _ parent: Int32) -> Int {
    var key = UInt64(UInt32(bitPattern: name))
    if isByParent { key |= UInt64(UInt32(bitPattern: parent)) << 32 }
    let product = key &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: product >> UInt64(64 - cells.count.trailingZeroBitCount))
  }
}
