import Timekeeping

/// Coarse shared timers: one slot for each quarter of a second, one libevent timer for all.
///
/// Insert, remove and move are O(1) and make no system call. A deadline further away than the
/// wheel reaches waits in the last slot and is put in again from there. A point stands in one slot at most.
final class DeadlineWheel {
  private static let tick: Int64 = 250_000_000
  private static let slotCount = 512

  private let loop: EventLoop
  private var slots: [[WaitPoint]]
  private var current: Int64
  private var count = 0
  private var timer: Timer?

  init(_ loop: EventLoop) {
    self.loop = loop
    slots = Array(repeating: [], count: DeadlineWheel.slotCount)
    current = loop.now.nanoseconds / DeadlineWheel.tick
    timer = Timer(loop) { [unowned self] in turn() }
  }

  func insert(_ point: WaitPoint, at deadline: Instant) {
    remove(point)
    if count == 0 { current = loop.now.nanoseconds / DeadlineWheel.tick }
    // Rounded up, so that a point never fires before its deadline and waits a whole turn again.
    let due = deadline.nanoseconds / DeadlineWheel.tick + 1
    let target = min(max(due, current + 1), current + Int64(DeadlineWheel.slotCount) - 1)
    let slot = Int(target % Int64(DeadlineWheel.slotCount))
    point.slot = slot
    point.position = slots[slot].count
    point.scheduledFor = deadline
    slots[slot].append(point)
    count += 1
    if timer?.deadline == nil { arm() }
  }

  func remove(_ point: WaitPoint) {
    guard point.slot >= 0 else { return }
    if let last = slots[point.slot].popLast(), last !== point {
      slots[point.slot][point.position] = last
      last.position = point.position
    }
    point.slot = -1
    point.scheduledFor = .distantFuture
    count -= 1
  }

  private func arm() {
    timer?.set(Instant(nanoseconds: (current + 1) * DeadlineWheel.tick))
  }

  private func turn() {
    let now = loop.now
    let target = now.nanoseconds / DeadlineWheel.tick
    // After a long stop every slot is due at most once.
    current = max(current, target - Int64(DeadlineWheel.slotCount))
    while current < target {
      current += 1
      empty(Int(current % Int64(DeadlineWheel.slotCount)), at: now)
    }
    if count > 0 { arm() }
  }

  private func empty(_ slot: Int, at now: Instant) {
    let due = slots[slot]
    slots[slot].removeAll(keepingCapacity: due.count <= 64)
    count -= due.count
    for point in due {
      point.slot = -1
      point.scheduledFor = .distantFuture
      if point.deadline <= now {
        point.wake()
      } else if point.deadline != .distantFuture {
        insert(point, at: point.deadline)
      }
    }
  }
}
