import Timekeeping

extension FairTree {
  /// The lane whose turn it is: an aged one, one whose reserved unit is due, the first by tags.
  func nextLane(at now: Int64) -> Int? {
    guard let first = root.standing.first else { return nil }
    return agedLane(at: now) ?? dueLane(at: now) ?? Int(first.node)
  }

  /// When the turn may pass to another lane though nobody is served.
  func nextTurn(after now: Int64) -> Int64? {
    guard root.standing.count > 1 else { return nil }
    var next = Int64.max
    for entry in root.standing.entries {
      let share = shares[Int(entry.node)]
      if share.reserve > 0, share.due > now { next = min(next, share.due) }
      let aged = share.since.clampedAdding(FairQueue.ageingSpan + 1)
      if aged > now { next = min(next, aged) }
    }
    return next == .max ? nil : next
  }

  /// Counts a service of a lane; says whether it goes out of turn.
  func countTurn(of lane: Int, at now: Int64) -> Bool {
    let isAged = agedLane(at: now) == lane
    servicesSinceAged = isAged ? 0 : min(servicesSinceAged + 1, FairQueue.ageingTurn - 1)
    if isTurnOpen(at: now) || isAged { findOldest(besides: lane, at: now) }
    guard lanes[lane].isStanding, root.standing.first?.node != Int32(lane) else { return false }
    return isAged || shares[lane].isDue(at: now)
  }

  private func isTurnOpen(at now: Int64) -> Bool {
    servicesSinceAged >= FairQueue.ageingTurn - 1
      && now > oldest.clampedAdding(FairQueue.ageingSpan)
  }

  /// The lane that has stood longest since it was served, if that is too long and its turn open.
  private func agedLane(at now: Int64) -> Int? {
    guard isTurnOpen(at: now) else { return nil }
    var found: FairEntry?
    var least = now.clampedAdding(-FairQueue.ageingSpan)
    for entry in root.standing.entries {
      let since = shares[Int(entry.node)].since
      guard since < least || (since == least && found.map(entry.precedes) == true) else {
        continue
      }
      least = since
      found = entry
    }
    return found.map { Int($0.node) }
  }

  /// Of the lanes whose reserved unit is due the one that is due longest.
  private func dueLane(at now: Int64) -> Int? {
    guard reserved > 0 else { return nil }
    var found: FairEntry?
    var least = Int64.max
    for entry in root.standing.entries where shares[Int(entry.node)].isDue(at: now) {
      let due = shares[Int(entry.node)].due
      guard found == nil || due < least || (due == least && found.map(entry.precedes) == true)
      else { continue }
      least = due
      found = entry
    }
    return found.map { Int($0.node) }
  }

  /// Raises `oldest` again, after the lane that had stood longest has been served.
  private func findOldest(besides lane: Int, at now: Int64) {
    oldest = now
    for entry in root.standing.entries where Int(entry.node) != lane {
      oldest = min(oldest, shares[Int(entry.node)].since)
    }
  }
}
