import Timekeeping

/// Units that come free one after the other: a first-in first-out ring of release times.
///
/// Releases are appended in time order (limits-science.md 2.2), so nothing is ever sorted. A slot
/// is 8 bytes: its release in ticks of 1 ns for spans up to 2 s, of 32 ns for a minute, always
/// rounded up and kept to 32 bits before the newest one's; and a running count of units.
struct ReleaseRing: Sendable {
  private struct Slot: Sendable {
    var release: UInt32
    /// Units of this slot and of all before it, modulo 2^32.
    var end: UInt32
  }

  /// Circular: `count` slots from `head` on.
  private var slots = ContiguousArray<Slot>()
  /// The newest slot's release, in ticks.
  private var newest = Int64.min
  private var head: UInt32 = 0
  private var count: UInt32 = 0
  /// Where the oldest slot's units begin in the running count.
  private var base: UInt32 = 0
  private let shift: UInt8

  /// An empty ring whose slots stay at most `span` nanoseconds.
  init(longest span: Int64) {
    var shift: UInt8 = 0
    while span >> Int64(shift) >= Int64(1) << 31 { shift += 1 }
    self.shift = shift
  }

  var isEmpty: Bool { count == 0 }

  /// Units not released yet.
  var units: Int { count == 0 ? 0 : Int(slots[index(Int(count) - 1)].end &- base) }

  /// Forgets what is released by `now`.
  mutating func forget(until now: Instant) {
    guard count > 0 else { return }
    let behind = newest.clampedSubtracting((now.nanoseconds >> Int64(shift)))
    if behind <= 0 {
      (head, count) = (0, 0)
      return
    }
    while age(of: Int(head)) >= behind { dropOldest() }
  }

  /// Appends units that come free at `release`, or with the newest slot if that is later.
  ///
  /// - Parameters:
  ///   - quantum: where it is longer than 1 ns, releases are rounded up to multiples of it and
  ///     equal ones share a slot.
  ///   - most: how many slots there will ever be, for the storage.
  mutating func append(_ units: Int, release: Int64, quantum: Int64 = 1, most: Int) {
    guard units > 0 else { return }
    var time = release
    if quantum > 1 { time = (time / quantum + 1).clampedMultiplied(by: quantum) }
    let mask = (Int64(1) << Int64(shift)) - 1
    var tick = time.clampedAdding(mask) >> Int64(shift)
    let room = Int(Int32.mostUnits) - self.units
    let added = UInt32(max(0, min(units, room)))
    guard count > 0 else {
      base = 0
      newest = tick
      push(Slot(release: UInt32(truncatingIfNeeded: tick), end: added), most: most)
      return
    }
    tick = max(tick, newest)
    let last = index(Int(count) - 1)
    if tick == newest {
      slots[last].end &+= added
    } else {
      newest = tick
      let end = slots[last].end &+ added
      push(Slot(release: UInt32(truncatingIfNeeded: tick), end: end), most: most)
    }
  }

  /// Adds units to those that come free first; without any, nothing.
  mutating func addToOldest(_ units: Int) {
    if count > 0 { base &-= UInt32(max(0, min(units, Int(Int32.mostUnits) - self.units))) }
  }

  /// Sets free at once the units that would come free first.
  mutating func removeOldest(_ units: Int) {
    var rest = max(0, units)
    while rest > 0, count > 0 {
      let held = Int(slots[Int(head)].end &- base)
      guard held <= rest else {
        base &+= UInt32(rest)
        return
      }
      dropOldest()
      rest -= held
    }
  }

  /// Sets free at once the units that would come free last.
  mutating func removeNewest(_ units: Int) {
    var rest = max(0, units)
    while rest > 0, count > 0 {
      let last = index(Int(count) - 1)
      let before = count == 1 ? base : slots[index(Int(count) - 2)].end
      let held = Int(slots[last].end &- before)
      guard held <= rest else {
        slots[last].end &-= UInt32(rest)
        return
      }
      rest -= held
      if count > 1 { newest -= age(of: index(Int(count) - 2)) }
      count -= 1
    }
  }

  /// When so many units, at least 1, are released; nil when it holds fewer.
  func release(of units: Int) -> Instant? {
    guard units <= self.units else { return nil }
    var (low, high) = (0, Int(count) - 1)
    while low < high {
      let middle = (low + high) / 2
      if Int(slots[index(middle)].end &- base) < units { low = middle + 1 } else { high = middle }
    }
    let tick = newest - age(of: index(low))
    return Instant(nanoseconds: tick.clampedMultiplied(by: Int64(1) << Int64(shift)))
  }

  /// How many ticks a slot's release lies before the newest one's.
  private func age(of place: Int) -> Int64 {
    Int64(UInt32(truncatingIfNeeded: newest) &- slots[place].release)
  }

  private func index(_ position: Int) -> Int {
    let place = Int(head) + position
    return place < slots.count ? place : place - slots.count
  }

  private mutating func dropOldest() {
    base = slots[Int(head)].end
    head = UInt32(index(1))
    count -= 1
  }

  private mutating func push(_ slot: Slot, most: Int) {
    if Int(count) == slots.count { grow(most: most) }
    count += 1
    slots[index(Int(count) - 1)] = slot
  }

  private mutating func grow(most: Int) {
    let size = max(min(max(2, slots.count * 2), most), slots.count + 1)
    var larger = ContiguousArray<Slot>()
    larger.reserveCapacity(size)
    for position in 0..<Int(count) { larger.append(slots[index(position)]) }
    while larger.count < size { larger.append(Slot(release: 0, end: 0)) }
    slots = larger
    head = 0
  }
}
