import Limits
import Timekeeping

extension AdmissionEngine {
  /// Does what is due at `now`.
  public func advance(to now: Instant) {
    begin(now)
    end()
  }

  /// When `advance` must be called next; nil when only calls can change anything.
  public var nextDeadline: Instant? {
    var next = ticketDeadlines.next()
    if let bucket = bucketDeadlines.next(), next.map({ bucket < $0 }) ?? true { next = bucket }
    if let flow = flowDeadlines.next(), next.map({ flow < $0 }) ?? true { next = flow }
    if let ticket = asideDeadlines.next(), next.map({ ticket < $0 }) ?? true { next = ticket }
    if horizonDue < .max {
      for api in apis.indices {
        guard let due = nextHorizon(api), next.map({ due < $0 }) ?? true else { continue }
        next = due
      }
    }
    return next
  }

  /// The same if it is before `instant`, else nil: for a timer that is set already this takes a few
  /// comparisons.
  public func nextDeadline(before instant: Instant) -> Instant? {
    guard earliestDue < instant.nanoseconds, let next = nextDeadline, next < instant else {
      return nil
    }
    return next
  }

  /// By how much the oldest ticket that could have been served or refused is overdue; zero when
  /// nothing is.
  public func overdue(at now: Instant) -> Duration {
    nextDeadline.map { max(.zero, now - $0) } ?? .zero
  }

  func runTimers() {
    if horizonDue <= clock.nanoseconds { runHorizons() }
    // What is left stays due: the next call goes on with it.
    var looks = 0
    while looks < AdmissionEngine.mostLooks, let bucket = bucketDeadlines.popDue(at: clock) {
      markDirty(bucket)
      looks += 1
    }
    while looks < AdmissionEngine.mostLooks, let flow = flowDeadlines.popDue(at: clock) {
      run(Int32(flow))
      looks += 1
    }
    while looks < AdmissionEngine.mostLooks, let ticket = asideDeadlines.popDue(at: clock) {
      takeIn(Int32(ticket))
      looks += 1
    }
    // Room before deadlines: what can be sent at this very instant is not refused.
    end()
    while looks < AdmissionEngine.mostLooks, let ticket = ticketDeadlines.popDue(at: clock) {
      looks += 1
      let slot = Int32(ticket)
      switch tickets[slot].state {
      case .waiting: expire(slot)
      case .lingering: settleLingering(slot)
      case .free, .granted, .answered: break
      }
    }
    end()
  }

  private func expire(_ slot: Int32) {
    let outlook = predictedStart(slot)
    let name = limitName(outlook.slot)
    let refusal = Refusal(
      reason: drainEnd == nil ? reason(of: outlook.slot, otherwise: .deadline) : .draining,
      limit: name,
      retryAfter: max(.seconds(1), outlook.start - clock),
      detail: drainEnd == nil
        ? "The limit \(name) had no room before the deadline."
        : "The proxy is shutting down, and the limit \(name) had no room in time.")
    actions.append(.refuse(tickets.id(slot), refusal))
    lanes[lane(of: slot)].refused += 1
    leave(slot)
  }

  private func runHorizons() {
    horizonDue = .max
    for api in apis.indices {
      while let due = nextHorizon(api) {
        if due > clock {
          horizonDue = min(horizonDue, due.nanoseconds)
          break
        }
        let horizon = apis[api].horizons.removeFirst()
        guard let slot = tickets.find(horizon.ticket) else { continue }
        settle(slot, .horizon)
        tickets[slot].isLate = true
      }
    }
  }

  /// When the next unanswered request is taken for arrived; answered ones are dropped on the way.
  private func nextHorizon(_ api: Int) -> Instant? {
    while let first = apis[api].horizons.first {
      if let slot = tickets.find(first.ticket), tickets[slot].state == .granted,
        tickets[slot].delivered == first.delivered, !tickets[slot].isLate
      {
        return Instant(nanoseconds: first.due)
      }
      apis[api].horizons.removeFirst()
    }
    return nil
  }

  /// Follows a step of the wall clock, which only what follows civil time notices.
  ///
  /// Takes time proportional to buckets after a step of a millisecond or more, else none.
  public func setWallClock(_ wall: WallTime, at now: Instant) {
    begin(now)
    defer { end() }
    let offset = (wall - WallTime(nanoseconds: clock.nanoseconds)).wholeNanoseconds
    let (step, overflow) = offset.subtractingReportingOverflow(wallOffset)
    guard overflow || step.magnitude >= AdmissionEngine.leastStep else { return }
    wallOffset = offset
    for slot in rooms.indices where followsWall(rooms[slot].key) {
      rooms[slot].bucket.setWallClock(wall, at: clock)
      if !rooms[slot].queue.isEmpty { bucketDeadlines.schedule(slot, at: clock) }
    }
    runTimers()
  }

  private func followsWall(_ key: BucketKey) -> Bool {
    guard key.rule >= 0 else { return false }
    switch apis[Int(key.api)].rules.limits[Int(key.rule)].kind {
    case .calendar, .hours, .fixedWindow(_, .aligned): return true
    default: return false
    }
  }

  /// Starts the end: nothing new is taken in, and what waits is refused at the latest after
  /// `patience`.
  public func drain(patience: Duration, at now: Instant) {
    begin(now)
    let latest = clock + patience
    drainEnd = drainEnd.map { min($0, latest) } ?? latest
    for slot in tickets.slots.indices {
      let ticket = Int32(slot)
      guard tickets[ticket].isUnderWay || tickets[ticket].state == .waiting else { continue }
      tickets[ticket].deadline = min(tickets[ticket].deadline, latest.nanoseconds)
      guard tickets[ticket].state == .waiting else { continue }
      ticketDeadlines.schedule(slot, at: Instant(nanoseconds: tickets[ticket].deadline))
    }
    runTimers()
  }
}
