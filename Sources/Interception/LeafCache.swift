/// The certificates made lately, by host; the one unused for longest leaves when they are too many.
struct LeafCache {
  private struct Slot {
    var host: HostName
    var leaf: Leaf
    var older: Int
    var newer: Int
  }

  private let bound: Int
  private var slots: [Slot] = []
  private var places: [HostName: Int] = [:]
  private var newest = -1
  private var oldest = -1

  /// A cache of at most `bound` certificates.
  init(bound: Int) { self.bound = max(1, bound) }

  /// The host's certificate, which is then the one used last.
  mutating func find(_ host: HostName) -> Leaf? {
    guard let place = places[host] else { return nil }
    unlink(place)
    link(place)
    return slots[place].leaf
  }

  /// Keeps a certificate, in the place of the one unused for longest when there is no other.
  mutating func keep(_ leaf: Leaf, for host: HostName) {
    if let place = places[host] {
      slots[place].leaf = leaf
      return
    }
    var place = slots.count
    let slot = Slot(host: host, leaf: leaf, older: -1, newer: -1)
    if place < bound {
      slots.append(slot)
    } else {
      place = oldest
      unlink(place)
      places[slots[place].host] = nil
      slots[place] = slot
    }
    places[host] = place
    link(place)
  }

  private mutating func unlink(_ place: Int) {
    let (older, newer) = (slots[place].older, slots[place].newer)
    if older >= 0 { slots[older].newer = newer } else { oldest = newer }
    if newer >= 0 { slots[newer].older = older } else { newest = older }
  }

  private mutating func link(_ place: Int) {
    slots[place].older = newest
    slots[place].newer = -1
    if newest >= 0 { slots[newest].newer = place } else { oldest = place }
    newest = place
  }
}
