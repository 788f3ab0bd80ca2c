import HeapModule
import Timekeeping

/// At most one deadline for each of many things, the earliest first.
///
/// A heap with lazy deletion: a changed or cancelled deadline leaves a stale entry behind, and
/// the heap is rebuilt when over half of it is stale. Things are named by small dense numbers.
public struct DeadlineQueue: Sendable {
  private struct Entry: Comparable, Sendable {
    var time: Int64
    var id: Int32

    static func < (lhs: Entry, rhs: Entry) -> Bool {
      lhs.time == rhs.time ? lhs.id < rhs.id : lhs.time < rhs.time
    }
  }

  private static let none = Int64.max
  private var heap = Heap<Entry>()
  private var times = ContiguousArray<Int64>()
  /// How many deadlines are set.
  public private(set) var count = 0
  /// Nothing is due before: in nanoseconds of `Instant`, `.max` when no deadline is set.
  public private(set) var earliest = Int64.max

  /// A queue without deadlines.
  public init() {}

  /// Sets the deadline of `id`, instead of the one it had; "the end of time" is none.
  public mutating func schedule(_ id: Int, at instant: Instant) {
    let time = instant.nanoseconds
    while times.count <= id { times.append(DeadlineQueue.none) }
    guard times[id] != time else { return }
    if times[id] == DeadlineQueue.none { count += 1 }
    times[id] = time
    if time == DeadlineQueue.none {
      count -= 1
    } else {
      heap.insert(Entry(time: time, id: Int32(truncatingIfNeeded: id)))
      earliest = min(earliest, time)
    }
    compact()
  }

  /// Takes the deadline of `id` away, if it has one.
  public mutating func cancel(_ id: Int) {
    guard id < times.count, times[id] != DeadlineQueue.none else { return }
    times[id] = DeadlineQueue.none
    count -= 1
    compact()
  }

  /// The deadline of `id`, if it has one.
  public func deadline(of id: Int) -> Instant? {
    guard id < times.count, times[id] != DeadlineQueue.none else { return nil }
    return Instant(nanoseconds: times[id])
  }

  /// The earliest deadline.
  public mutating func next() -> Instant? {
    if earliest == .max { return nil }
    dropStale()
    return earliest == .max ? nil : Instant(nanoseconds: earliest)
  }

  /// Takes out one whose deadline is not after `now`, the earliest first.
  public mutating func popDue(at now: Instant) -> Int? {
    if earliest > now.nanoseconds { return nil }
    dropStale()
    guard earliest <= now.nanoseconds, let first = heap.popMin() else { return nil }
    times[Int(first.id)] = DeadlineQueue.none
    count -= 1
    return Int(first.id)
  }

  /// Entries kept, stale ones included: for tests of the bound.
  var entries: Int { heap.count }

  private mutating func dropStale() {
    while let first = heap.min {
      if times[Int(first.id)] == first.time {
        earliest = first.time
        return
      }
      heap.removeMin()
    }
    earliest = .max
  }

  private mutating func compact() {
    guard heap.count > 64, heap.count > 2 * count else { return }
    var live: [Entry] = []
    live.reserveCapacity(count)
    // A deadline that came back to a former instant has several entries: each id counts once.
    for entry in heap.unordered where times[Int(entry.id)] == entry.time {
      live.append(entry)
      times[Int(entry.id)] = DeadlineQueue.none
    }
    for entry in live { times[Int(entry.id)] = entry.time }
    heap = Heap(live)
  }
}
