import Limits
import Policy
import Timekeeping

/// What a grant takes, and what is counted of it.
extension AdmissionEngine {
  /// Grants a request that arrives if nobody of its flow and nobody at any bucket it may use waits.
  ///
  /// Without a place in any queue it decides, and leaves behind, what `run` would.
  func grantAtOnce(_ ticket: Int32, lane: Int) -> Grant? {
    let demand = Int(tickets[ticket].demand)
    refresh(demand)
    let choice = choice(of: ticket)
    let count = Int(demands[demand].candidates)
    var best = -1
    var bestShare = -1.0
    var first = 0
    for candidate in 0..<count {
      let range = first..<demands[demand].end(from: first)
      first = range.upperBound
      guard choice.allows(candidate) else { continue }
      guard let isOpen = rooms.haveRoom(for: demands[demand].draws, range, at: clock) else {
        return nil
      }
      guard isOpen else { continue }
      let share = count == 1 ? 1 : share(left: demand, range, candidate == choice.preferred)
      if share > bestShare { (best, bestShare) = (candidate, share) }
    }
    guard best >= 0 else { return nil }
    take(ticket, candidate: best)
    return self.count(ticket, lane: lane)
  }

  /// Begins an attempt: it takes from every bucket of its key.
  func take(_ ticket: Int32, candidate: Int) {
    let demand = Int(tickets[ticket].demand)
    tokens += 1
    tickets[ticket].begin(candidate: candidate, token: tokens, at: clock)
    let range = demands[demand].range(of: candidate)
    rooms.take(demands[demand].draws, range, token: tokens, at: clock)
  }

  /// Counts a grant.
  func count(_ ticket: Int32, lane: Int) -> Grant {
    let key = key(of: ticket)
    let (attempt, waited) = (Int(tickets[ticket].attempt), tickets[ticket].waited)
    apis[Int(lanes[lane].api)].granted(key: key, isFirst: attempt == 1, at: clock)
    lanes[lane].granted(after: waited)
    return Grant(
      ticket: tickets.id(ticket), key: key, attempt: attempt,
      waited: Duration(nanoseconds: waited))
  }

  /// How good a key is among several: the smallest share of its capacity that any of its buckets
  /// has left, and better than any other when it is preferred.
  func share(left demand: Int, _ range: Range<Int>, _ isPreferred: Bool) -> Double {
    if isPreferred { return 2 }
    var least = 1.0
    for index in range {
      let slot = Int(demands[demand].draws[index].slot)
      guard !rooms[slot].bucket.isGate else { continue }
      least = min(least, 1 - rooms[slot].bucket.usedShare(at: clock))
    }
    return least
  }
}
