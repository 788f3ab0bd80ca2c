/// A binary heap of (time, what) for the simulations: small and quick in debug builds.
struct EventHeap {
  private var items: [(time: Int64, what: Int)] = []

  var isEmpty: Bool { items.isEmpty }
  var nextTime: Int64 { items.isEmpty ? .max : items[0].time }

  mutating func push(_ time: Int64, _ what: Int) {
    var at = items.count
    items.append((time, what))
    while at > 0 {
      let parent = (at - 1) / 2
      guard items[at].time < items[parent].time else { return }
      items.swapAt(at, parent)
      at = parent
    }
  }

  mutating func pop() -> (time: Int64, what: Int) {
    let top = items[0]
    items[0] = items[items.count - 1]
    items.removeLast()
    var at = 0
    while true {
      var least = at
      for child in [2 * at + 1, 2 * at + 2] where child < items.count {
        if items[child].time < items[least].time { least = child }
      }
      if least == at { return top }
      items.swapAt(at, least)
      at = least
    }
  }
}
