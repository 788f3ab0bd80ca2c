import Feedback
import Limits
import Timekeeping

extension AdmissionEngine {
  /// The last byte of a granted request was written: the arrival horizon runs from here.
  public func sent(_ ticket: TicketID, at now: Instant) {
    begin(now)
    if let slot = tickets.find(ticket), tickets[slot].state == .granted {
      tickets[slot].written = clock.nanoseconds
      let api = api(of: slot)
      if let span = apis[api].horizon.span {
        apis[api].horizons.append(
          ApiState.Horizon(
            due: clock.nanoseconds + span, written: clock.nanoseconds, ticket: ticket))
      }
    }
    end()
  }

  /// The head of the response to a granted request was read.
  ///
  /// With a signal the attempt is over: the scope it blames is held, and the request waits at the
  /// head of its flow's queue, or is refused when another attempt is not possible in time.
  ///
  /// - Parameters:
  ///   - signal: what the answer says of limits; nil for every answer but "not now".
  ///   - canReplay: whether the request can be sent once more.
  public func responded(
    _ ticket: TicketID, signal: Signal?, canReplay: Bool, at now: Instant
  ) -> Verdict {
    begin(now)
    defer { end() }
    guard let slot = tickets.find(ticket), tickets[slot].state == .granted else { return .relay }
    let api = api(of: slot)
    let written = tickets[slot].written
    if written != .min { apis[api].horizon.learn(roundTrip: clock.nanoseconds - written) }
    settle(slot, .response(late: tickets[slot].isLate))
    guard let signal else {
      tickets[slot].state = .answered
      tickets[slot].isAnswered = true
      succeed(slot)
      return .relay
    }
    settle(slot, .finished)
    countDown(slot)
    let gate = block(signal, by: slot)
    releaseProbes(slot)
    let lane = lane(of: slot)
    let until = rooms[gate].bucket.hold.until
    let verdict = tryAgain(slot, canReplay: canReplay, notBefore: until, standing: gate)
    if case .retry = verdict { lanes[lane].absorbed += 1 }
    return verdict
  }

  /// The response ended; the ticket is gone.
  ///
  /// Before its response it counts as lost.
  public func finished(_ ticket: TicketID, at now: Instant) {
    guard let slot = tickets.find(ticket), tickets[slot].state == .answered else {
      return lost(ticket, at: now)
    }
    begin(now)
    settle(slot, .finished)
    countDown(slot)
    free(slot)
    end()
  }

  /// The request was provably never sent: everything is given back, and the ticket is gone.
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

  /// No answer came, and the request may be sent again: its slots are held as if it was lost, and
  /// it waits at the head of its flow's queue.
  ///
  /// - Returns: `.retry` or a refusal, never `.relay`.
  public func retryUnanswered(
    _ ticket: TicketID, canReplay: Bool = true, at now: Instant
  ) -> Verdict {
    begin(now)
    defer { end() }
    guard let slot = tickets.find(ticket), tickets[slot].isUnderWay else { return gone }
    linger(slot)
    return tryAgain(slot, canReplay: canReplay, notBefore: clock, standing: nil)
  }

  /// The request was provably never sent, and is to be sent again: everything is given back, and it
  /// waits at the head of its flow's queue.
  ///
  /// - Returns: `.retry` or a refusal, never `.relay`.
  public func retryUnsent(_ ticket: TicketID, at now: Instant) -> Verdict {
    begin(now)
    defer { end() }
    guard let slot = tickets.find(ticket), tickets[slot].state == .granted else { return gone }
    giveBack(slot)
    return tryAgain(slot, canReplay: true, notBefore: clock, standing: nil)
  }

  private var gone: Verdict {
    .refused(
      Refusal(
        reason: .attempts, limit: nil, retryAfter: .seconds(1),
        detail: "The request is not under way any more."))
  }
}

extension AdmissionEngine {
  func api(of slot: Int32) -> Int { Int(lanes[lane(of: slot)].api) }

  /// The buckets a granted ticket took from.
  func set(of slot: Int32) -> LimitSet {
    demands[Int(tickets[slot].demand)].sets[Int(tickets[slot].candidate)]
  }

  func settle(_ slot: Int32, _ settlement: Settlement) {
    let set = set(of: slot)
    set.settle(settlement, at: clock)
    for entry in set.entries { markDirty(entry.bucket.slot) }
  }

  func countDown(_ slot: Int32) {
    if let key = key(of: slot) { apis[api(of: slot)].inFlight[key] -= 1 }
  }

  private func giveBack(_ slot: Int32) {
    // Once taken for arrived, slots cannot be told from those of others.
    guard !tickets[slot].isLate else { return linger(slot) }
    let set = set(of: slot)
    let taken = Instant(nanoseconds: tickets[slot].taken)
    set.refund(token: tickets[slot].token, taken: taken, at: clock)
    for entry in set.entries { markDirty(entry.bucket.slot) }
    countDown(slot)
  }

  /// Leaves the slots of an attempt to a ticket of their own, until the request has arrived if it
  /// ever will.
  private func linger(_ slot: Int32) {
    let ghost = tickets.make()
    let generation = tickets[ghost].generation
    tickets[ghost] = tickets[slot]
    tickets[ghost].generation = generation
    tickets[ghost].state = .lingering
    demands[Int(tickets[ghost].demand)].live += 1
    let span = apis[api(of: slot)].horizon.spanAfterLoss
    ticketDeadlines.schedule(Int(ghost), at: clock.advanced(byNanoseconds: span))
  }

  /// The slots of a lost request are settled as if it arrived at the latest instant it could.
  func settleLingering(_ slot: Int32) {
    if !tickets[slot].isAnswered { settle(slot, .response(late: tickets[slot].isLate)) }
    settle(slot, .finished)
    releaseProbes(slot)
    countDown(slot)
    free(slot)
  }

  private func tryAgain(
    _ slot: Int32, canReplay: Bool, notBefore: Instant, standing gate: Int?
  ) -> Verdict {
    let delay = max(.seconds(1), notBefore - clock)
    let name = gate.map { limitName($0) }
    let deadline = Instant(nanoseconds: tickets[slot].deadline)
    var refusal: Refusal?
    if !canReplay {
      refusal = Refusal(
        reason: .attempts, limit: name, retryAfter: delay,
        detail: "The provider cannot take the request now, and it cannot be sent twice.")
    } else if tickets[slot].attempt >= AdmissionEngine.mostAttempts {
      refusal = Refusal(
        reason: .attempts, limit: name, retryAfter: delay,
        detail: "The provider did not take it in \(AdmissionEngine.mostAttempts) attempts.")
    } else if notBefore > deadline || deadline <= clock {
      refusal = Refusal(
        reason: drainEnd == nil ? .deadline : .draining, limit: name, retryAfter: delay,
        detail: "The provider asks to wait beyond the request's deadline.")
    }
    if let refusal {
      lanes[lane(of: slot)].refused += 1
      free(slot)
      return .refused(refusal)
    }
    putBack(slot)
    ticketDeadlines.schedule(Int(slot), at: deadline)
    let flow = tickets[slot].flow
    if flows[Int(flow)].head == slot { restart(flow) }
    return .retry
  }
}

extension Ticket {
  /// Whether it was granted and has not ended.
  var isUnderWay: Bool { state == .granted || state == .answered }
}
