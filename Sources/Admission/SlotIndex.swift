/// Finds things that stand in an array by their key, and stores nothing of the key.
///
/// Open addressing with linear probing and backward-shift deletion (Knuth 6.4, Algorithm R), at most
/// three quarters full: 5 to 11 bytes an entry. The owner supplies hashes and compares keys; hashes
/// must be seeded where keys come from outside.
struct SlotIndex {
  private var table = ContiguousArray<Int32>(repeating: -1, count: 8)
  /// How many things it finds.
  private(set) var count = 0

  /// The slot whose thing `matches`, among those with this hash; nil when there is none.
  @inline(__always)
  func find(_ hash: Int, _ matches: (Int32) -> Bool) -> Int32? {
    let mask = table.count - 1
    var place = hash & mask
    while true {
      let slot = table[place]
      if slot < 0 { return nil }
      if matches(slot) { return slot }
      place = (place + 1) & mask
    }
  }

  /// Adds a slot that is not in it; `hashOf` gives the hash of any slot in it.
  mutating func insert(_ slot: Int32, _ hash: Int, hashOf: (Int32) -> Int) {
    if (count + 1) * 4 > table.count * 3 { grow(hashOf) }
    count += 1
    place(slot, hash)
  }

  /// Takes a slot out; `hashOf` gives the hash of any slot in it.
  mutating func remove(_ slot: Int32, _ hash: Int, hashOf: (Int32) -> Int) {
    let mask = table.count - 1
    var hole = hash & mask
    while table[hole] != slot {
      if table[hole] < 0 { return }
      hole = (hole + 1) & mask
    }
    count -= 1
    var next = hole
    while true {
      next = (next + 1) & mask
      let other = table[next]
      if other < 0 { break }
      // It may move into the hole unless its own place lies cyclically between the two.
      let home = hashOf(other) & mask
      if (next - home) & mask >= (next - hole) & mask {
        table[hole] = other
        hole = next
      }
    }
    table[hole] = -1
  }

  private mutating func place(_ slot: Int32, _ hash: Int) {
    let mask = table.count - 1
    var place = hash & mask
    while table[place] >= 0 { place = (place + 1) & mask }
    table[place] = slot
  }

  private mutating func grow(_ hashOf: (Int32) -> Int) {
    let old = table
    table = ContiguousArray(repeating: -1, count: old.count * 2)
    for slot in old where slot >= 0 { place(slot, hashOf(slot)) }
  }
}

/// A seeded hash of a few numbers: folded multiplication, as in wyhash.
struct NumberHash {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed ^ 0xa076_1d64_78bd_642f }

  @inline(__always)
  mutating func mix(_ high: Int32, _ low: Int32) {
    let word = UInt64(UInt32(bitPattern: high)) << 32 | UInt64(UInt32(bitPattern: low))
    let product = (state ^ word).multipliedFullWidth(by: 0xe703_7ed1_a0b4_28db)
    state = product.high ^ product.low &+ 0x9e37_79b9_7f4a_7c15
  }

  var value: Int {
    let product = state.multipliedFullWidth(by: 0x8ebc_6af0_9c88_c6e3)
    return Int(truncatingIfNeeded: (product.high ^ product.low) >> 1)
  }
}
