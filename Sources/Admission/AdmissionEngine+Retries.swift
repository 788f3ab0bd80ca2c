import Feedback
import Limits
import Timekeeping

extension AdmissionEngine {
  /// The longest backoff of one request: 20 s.
  static let longestBackoff: Int64 = 20_000_000_000

  /// Why a request cannot be repeated, or nil.
  ///
  /// Takes from the retry budget where the row has one.
  func refusal(_ slot: Int32, _ attempt: Attempt) -> Refusal? {
    let name = attempt.gate.map { limitName($0) }
    let earliest = max(attempt.notBefore, clock.advanced(byNanoseconds: attempt.backoff))
    let delay = max(.seconds(1), earliest - clock)
    let deadline = Instant(nanoseconds: tickets[slot].deadline)
    func refuse(_ reason: Refusal.Reason, _ detail: String) -> Refusal {
      Refusal(reason: reason, limit: name, retryAfter: delay, detail: detail)
    }
    if let batch = failedBatch(of: slot) { return batch }
    if !attempt.canReplay {
      return refuse(
        .attempts, "The provider cannot take the request now, and it cannot be sent twice.")
    }
    if tickets[slot].attempt >= mostAttempts {
      return refuse(
        .attempts, "The provider did not take it in \(mostAttempts) attempts.")
    }
    if !attempt.isFree, earliest > deadline || deadline <= clock {
      return refuse(
        drainEnd == nil ? reason(of: attempt.gate, otherwise: .deadline) : .draining,
        "The provider asks to wait beyond the request's deadline.")
    }
    let api = api(of: slot)
    guard RetryRule.isBudgeted(attempt.row), !attempt.isFree else { return nil }
    if apis[api].budget.take(at: clock) { return nil }
    if apis[api].lastDenial.map({ clock - $0 > .seconds(10) }) ?? true {
      notice(api, .retryBudgetSpent)
    }
    apis[api].lastDenial = clock
    return refuse(.attempts, "Too many requests are being repeated already.")
  }

  /// Puts a request back before all of its flow that came later; it waits at least until then.
  func waitAgain(_ slot: Int32, notBefore: Instant) {
    if tickets[slot].repeatability == .keyed, tickets[slot].pin < 0 {
      tickets[slot].pin = tickets[slot].candidate
    }
    ticketDeadlines.schedule(Int(slot), at: Instant(nanoseconds: tickets[slot].deadline))
    let flow = tickets[slot].flow
    // Without an account there is no order to keep: others need not wait for its backoff.
    if notBefore > clock, flows[Int(flow)].key.account < 0 {
      return setAside(slot, until: notBefore)
    }
    tickets[slot].notBefore = notBefore.nanoseconds
    putBack(slot)
    if flows[Int(flow)].head == slot { restart(flow) }
  }

  /// Whether a flow's head waits for itself, not for a limit.
  func isResting(_ flow: Int32) -> Bool {
    let head = flows[Int(flow)].head
    return head >= 0 && tickets[head].notBefore > clock.nanoseconds
  }

  /// Decorrelated jitter: between the base and three times the last one, at most 20 s.
  func backoff(of slot: Int32, base: Int64) -> Int64 {
    let last = max(base, Int64(tickets[slot].backoff) * 1_000_000)
    let span = UInt64(last * 3 - base)
    let next = min(AdmissionEngine.longestBackoff, base + Int64(random.next() % max(1, span)))
    tickets[slot].backoff = Int32(next / 1_000_000)
    return next
  }

  /// How long a request waits for itself after an answer, whatever its scope does.
  func backoff(for signal: Signal, _ slot: Int32) -> Int64 {
    switch signal.kind {
    case .lock: 500_000_000 + Int64(random.next() % 1_500_000_000)
    case .failure: max(backoff(of: slot, base: 250_000_000), floor(signal))
    case .overload: max(backoff(of: slot, base: 1_000_000_000), floor(signal))
    // The first time the end of another one is all it waits for.
    case .concurrency: tickets[slot].attempt > 1 ? backoff(of: slot, base: 1_000_000_000) : 0
    case .limit, .quota, .softBlock, .permanent: 0
    }
  }

  /// When the request may go again for all that is held: with another key if it may use one.
  func notBefore(_ signal: Signal, _ gate: Int?, _ slot: Int32) -> Instant {
    guard gate != nil, signal.kind != .concurrency else { return clock }
    let demand = Int(tickets[slot].demand)
    refresh(demand)
    var choice = choice(of: slot)
    if tickets[slot].repeatability == .keyed {
      choice = Choice(only: Int(tickets[slot].candidate))
    }
    var earliest = Instant.distantFuture
    for candidate in 0..<Int(demands[demand].candidates) where choice.allows(candidate) {
      var latest = clock
      for index in demands[demand].range(of: candidate) {
        let hold = rooms[Int(demands[demand].draws[index].slot)].bucket.hold
        if hold.isHeld(at: clock) { latest = max(latest, hold.until) }
      }
      earliest = min(earliest, latest)
    }
    return earliest
  }

  private func floor(_ signal: Signal) -> Int64 {
    max(0, min(RetryAfter.longest, signal.delay ?? .zero).wholeNanoseconds)
  }

  /// What a bucket that is held stands for in a refusal.
  func reason(of gate: Int?, otherwise: Refusal.Reason) -> Refusal.Reason {
    guard let gate else { return otherwise }
    let hold = rooms[gate].bucket.hold
    if hold.isShut { return .closed }
    guard hold.isHeld(at: clock) else { return otherwise }
    switch hold.cause {
    case .quota: return .quota
    case .out: return .keyOut
    case .batch: return .batchFailed
    case .limit, .softBlock, .overload: return otherwise
    }
  }
}
