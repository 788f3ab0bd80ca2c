/// What is to happen when: the earliest first, and in the order of pushes at one instant.
struct EventHeap {
  enum Kind: UInt8 {
    /// The last byte of a request is written.
    case written
    /// A request reaches the provider.
    case arrival
    /// The provider has done with it.
    case end
    /// Its answer is read.
    case answer
    /// It is given up.
    case loss
  }

  struct Event {
    var time: Int64
    var order: Int64
    var kind: Kind
    /// The request it happens to.
    var flight: Int32
  }

  private var items = ContiguousArray<Event>()
  private var order: Int64 = 0

  var nextTime: Int64 { items.isEmpty ? .max : items[0].time }
  var isEmpty: Bool { items.isEmpty }

  mutating func push(_ time: Int64, _ kind: Kind, _ flight: Int32) {
    order += 1
    items.append(Event(time: time, order: order, kind: kind, flight: flight))
    var at = items.count - 1
    while at > 0 {
      let parent = (at - 1) / 2
      guard isBefore(at, parent) else { return }
      items.swapAt(at, parent)
      at = parent
    }
  }

  mutating func pop() -> Event? {
    guard let top = items.first else { return nil }
    items[0] = items[items.count - 1]
    items.removeLast()
    var at = 0
    while true {
      var least = at
      let left = 2 * at + 1
      if left < items.count, isBefore(left, least) { least = left }
      if left + 1 < items.count, isBefore(left + 1, least) { least = left + 1 }
      if least == at { return top }
      items.swapAt(at, least)
      at = least
    }
  }

  private func isBefore(_ lhs: Int, _ rhs: Int) -> Bool {
    let (left, right) = (items[lhs], items[rhs])
    return left.time == right.time ? left.order < right.order : left.time < right.time
  }
}
