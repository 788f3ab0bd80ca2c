import Policy

/// The sets of charges that routes come with, each kept once: most requests share a few.
struct ChargePlans {
  /// A charge with its endpoint as a number, -1 for none.
  struct Item {
    var limit: Int32
    var cost: Int32
    var endpoint: Int32
  }

  private struct Plan {
    /// As the route says it: routes of one lane share the array, and comparing them costs nothing.
    var charges: [Charge]
    var items: [Item]
    var uses: Int32
  }

  private var plans = ContiguousArray<Plan>()
  private var free: [Int32] = []
  private var index = SlotIndex()

  /// The plan with these charges, with one more use.
  mutating func retain(_ charges: [Charge], names: inout Names) -> Int32 {
    let hash = ChargePlans.hash(charges)
    if let found = index.find(hash, { plans[Int($0)].charges == charges }) {
      plans[Int(found)].uses += 1
      return found
    }
    let items = charges.map { charge in
      Item(
        limit: Int32(charge.limit), cost: Int32(clamping: max(1, charge.cost)),
        endpoint: charge.endpoint.map { names.retain($0) } ?? -1)
    }
    let id = free.popLast() ?? Int32(plans.count)
    let plan = Plan(charges: charges, items: items, uses: 1)
    if Int(id) == plans.count { plans.append(plan) } else { plans[Int(id)] = plan }
    index.insert(id, hash) { ChargePlans.hash(plans[Int($0)].charges) }
    return id
  }

  /// The plan with these charges, if it is in use; `guess` may be it, or -1.
  func find(_ charges: [Charge], guess: Int32) -> Int32? {
    if guess >= 0, plans[Int(guess)].uses > 0, plans[Int(guess)].charges == charges { return guess }
    return find(charges)
  }

  /// The plan with these charges, if it is in use.
  func find(_ charges: [Charge]) -> Int32? {
    index.find(ChargePlans.hash(charges)) { plans[Int($0)].charges == charges }
  }

  mutating func retain(_ id: Int32) { plans[Int(id)].uses += 1 }

  /// One use less; the last one forgets the plan.
  mutating func release(_ id: Int32, names: inout Names) {
    plans[Int(id)].uses -= 1
    guard plans[Int(id)].uses == 0 else { return }
    index.remove(id, ChargePlans.hash(plans[Int(id)].charges)) {
      ChargePlans.hash(plans[Int($0)].charges)
    }
    for item in plans[Int(id)].items { names.release(item.endpoint) }
    plans[Int(id)] = Plan(charges: [], items: [], uses: 0)
    free.append(id)
  }

  func items(_ id: Int32) -> [Item] { plans[Int(id)].items }

  private static func hash(_ charges: [Charge]) -> Int {
    var hasher = Hasher()
    for charge in charges {
      hasher.combine(charge.limit)
      hasher.combine(charge.cost)
      if let endpoint = charge.endpoint { hasher.combine(endpoint) }
    }
    return hasher.finalize()
  }
}
