import Timekeeping

@testable import Admission

extension AdmissionEngine {
  /// Whether every bucket of some key would let a flow's head go now, though nothing will look at
  /// it.
  func isIdler(_ flow: Int32) -> Bool {
    let head = flows[Int(flow)].head
    guard head >= 0, !isResting(flow) else { return false }
    let demand = Int(tickets[head].demand)
    guard demands[demand].epoch == apis[0].epoch else { return false }
    let choice = choice(of: head)
    return (0..<Int(demands[demand].candidates)).contains { candidate in
      choice.allows(candidate)
        && demands[demand].range(of: candidate).allSatisfy {
          isFree(demands[demand].draws[$0], flow)
        }
    }
  }

  private func isFree(_ draw: Draw, _ flow: Int32) -> Bool {
    let slot = Int(draw.slot)
    let soon = clock + .milliseconds(5)
    if let due = bucketDeadlines.deadline(of: slot), due <= soon { return false }
    guard availability(of: draw) == .now else { return false }
    return rooms[slot].queue.isEmpty || front(slot) == flow
  }
}
