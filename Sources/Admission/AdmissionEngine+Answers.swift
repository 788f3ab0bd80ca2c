import Feedback
import Limits
import Policy
import Timekeeping

extension AdmissionEngine {
  /// The last byte of a granted request has surely reached the provider's system.
  ///
  /// The arrival horizon runs from here. Of requests with a fast answer it need not be told.
  public func sent(_ ticket: TicketID, at now: Instant) {
    begin(now)
    if let slot = tickets.find(ticket), tickets[slot].state == .granted {
      tickets[slot].delivered = clock.nanoseconds
      let api = api(of: slot)
      if let span = apis[api].horizon.span {
        let due = clock.nanoseconds + span
        apis[api].horizons.append(
          ApiState.Horizon(due: due, delivered: clock.nanoseconds, ticket: ticket))
        horizonDue = min(horizonDue, due)
      }
    }
    end()
  }

  /// The head of the response to a granted request was read.
  ///
  /// What it says of limits is learned. When it says "not now" the scope it blames is held, and the
  /// request waits at the head of its flow's queue if it may be repeated (limits-science.md
  /// section 8), else the answer is relayed; an answer that means a limit is never relayed, the
  /// request is refused instead.
  ///
  /// - Parameters:
  ///   - reading: what the answer says of limits.
  ///   - spent: what the request took from limits whose cost only the answer tells.
  ///   - canReplay: whether the request's bytes can be sent once more.
  public func responded(
    _ ticket: TicketID, _ reading: Reading, spent: [Spent] = [], canReplay: Bool, at now: Instant
  ) -> Verdict {
    begin(now)
    defer { end() }
    guard let slot = tickets.find(ticket), tickets[slot].state == .granted else { return .relay }
    let api = api(of: slot)
    let roundTrip = clock.nanoseconds - tickets[slot].taken
    apis[api].learn(roundTrip: roundTrip)
    settle(slot, .response(late: tickets[slot].isLate, credit: apis[api].floor.credit(at: clock)))
    if !spent.isEmpty { settleCosts(slot, spent) }
    if !reading.estimates.isEmpty { observe(reading.estimates, by: slot) }
    guard let signal = reading.signal else {
      accept(slot, status: reading.status)
      return .relay
    }
    let gate = hold(signal, by: slot)
    let row = RetryRule.row(of: signal)
    let mayRepeat = RetryRule.allows(
      row, tickets[slot].repeatability, isUnprocessed: signal.isUnprocessed)
    guard mayRepeat else {
      accept(slot, status: reading.status)
      return .relay
    }
    let attempt = Attempt(
      row: row, canReplay: canReplay, gate: gate, notBefore: notBefore(signal, gate, slot),
      backoff: backoff(for: signal, slot), hasAnswer: true)
    return conclude(slot, attempt, status: reading.status)
  }

  /// The response ended; the ticket is gone.
  ///
  /// Before its response it counts as lost.
  public func finished(_ ticket: TicketID, at now: Instant) {
    guard let slot = tickets.find(ticket), tickets[slot].state == .answered else {
      return lost(ticket, at: now)
    }
    begin(now)
    apis[api(of: slot)].service.learn(clock.nanoseconds - tickets[slot].taken)
    settle(slot, .finished)
    countDown(slot)
    free(slot)
    end()
  }

  /// The request was provably never sent, and will not be: everything is given back, and the ticket
  /// is gone.
  public func unsent(_ ticket: TicketID, at now: Instant) {
    begin(now)
    if let slot = tickets.find(ticket), tickets[slot].state == .granted {
      giveBack(slot)
      free(slot)
    }
    end()
  }

  /// No answer, or only a part of one, will come: the request may yet arrive, so it holds its slots
  /// until now plus the horizon; the ticket is gone.
  public func lost(_ ticket: TicketID, at now: Instant) {
    begin(now)
    if let slot = tickets.find(ticket), tickets[slot].isUnderWay {
      linger(slot)
      free(slot)
    }
    end()
  }

  /// An attempt ended without an answer: the request waits again if it may be repeated.
  ///
  /// - Parameter isStale: whether it failed on a kept connection that was dead: it is repeated at
  ///   once, and the provider's health has nothing to do with it.
  /// - Returns: `.retry`; `.relay` when the failure is the caller's to see, and the ticket is gone;
  ///   or a refusal.
  public func failed(
    _ ticket: TicketID, _ failure: Failure, isStale: Bool = false, canReplay: Bool = true,
    at now: Instant
  ) -> Verdict {
    begin(now)
    defer { end() }
    guard let slot = tickets.find(ticket), tickets[slot].isUnderWay else { return .relay }
    let row: RetryRule.Row = failure == .unsent ? .unsent : .failed
    if failure == .unsent { giveBack(slot) } else { linger(slot) }
    guard RetryRule.allows(row, tickets[slot].repeatability, isUnprocessed: false) else {
      failBatch(of: slot)
      free(slot)
      return .relay
    }
    let attempt = Attempt(
      row: row, canReplay: canReplay, gate: nil, notBefore: clock,
      backoff: isStale ? 0 : backoff(of: slot, base: 250_000_000), hasAnswer: false,
      isFree: isStale)
    return conclude(slot, attempt, status: nil)
  }

  /// Takes an answer for the caller: the attempt goes on until the response ends.
  private func accept(_ slot: Int32, status: Int) {
    tickets[slot].state = .answered
    tickets[slot].isAnswered = true
    if status >= 400 { failBatch(of: slot) }
    succeed(slot, isGood: status < 500)
  }

  /// Repeats an attempt that ended in vain, if there is time, leave and a way to.
  private func conclude(_ slot: Int32, _ attempt: Attempt, status: Int?) -> Verdict {
    let refusal = refusal(slot, attempt)
    if attempt.hasAnswer {
      if refusal != nil, attempt.row != .limited, let status {
        accept(slot, status: status)
        return .relay
      }
      // While it is still known as its batch's first.
      if refusal != nil { failBatch(of: slot) }
      settle(slot, .finished)
      countDown(slot)
      releaseProbes(slot, isLimit: attempt.row == .limited)
    }
    if let refusal {
      lanes[lane(of: slot)].refused += attempt.row == .limited ? 1 : 0
      if !attempt.hasAnswer { failBatch(of: slot) }
      free(slot)
      return attempt.row == .limited ? .refused(refusal) : .relay
    }
    if attempt.row == .limited {
      lanes[lane(of: slot)].absorbed += 1
    } else {
      lanes[lane(of: slot)].repeated += 1
    }
    waitAgain(slot, notBefore: clock.advanced(byNanoseconds: attempt.backoff))
    return .retry
  }
}

extension Ticket {
  /// Whether it was granted and has not ended.
  var isUnderWay: Bool { state == .granted || state == .answered }
}
