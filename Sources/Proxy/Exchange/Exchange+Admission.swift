import Admission
import Timekeeping

/// Waiting for leave to send: without a task, and owning no buffer.
extension Exchange {
  /// Asks for leave to send.
  func ask(for call: Call) throws(ExchangeEnd) -> Stage {
    switch context.desk.admit(call.route, patience: call.patience) {
    case .granted(let grant): return .granted(call, grant)
    case .refused(let refusal): throw .refused(problem(refusal, of: call))
    case .waiting(let ticket):
      guard context.parkingRoom >= head.block.bytes.count else {
        context.desk.cancel(ticket)
        throw .refused(.parkedFull)
      }
      return wait(for: ticket, of: call)
    }
  }

  /// Begins to wait: at first, or at the head of the account's queue after an attempt that did not
  /// count.
  func wait(for ticket: TicketID, of call: Call) -> Stage {
    client.releaseInput()
    parkedBytes = head.block.bytes.count + client.heldBytes
    context.parkingRoom -= parkedBytes
    place = context.desk.hold(ticket, at: point)
    point.isPatient = true
    point.expire(after: nil)
    // What a client that is gone has left behind may have been reported before.
    clientHasLeft = client.stream.askForPeer()
    return .parked(call)
  }

  private func stopWaiting() {
    point.isPatient = false
    context.parkingRoom += parkedBytes
    if let place { context.desk.release(place.ticket) }
    place = nil
  }

  /// The leave to send, if it has come.
  func takeLeave(for call: Call) throws(ExchangeEnd) -> Grant? {
    guard let answer = place?.answer else { return nil }
    stopWaiting()
    switch answer {
    case .success(let grant): return grant
    case .failure(let refusal): throw .refused(problem(refusal, of: call))
    }
  }

  /// The leave to send, if it has come to a client that is still there.
  func leave(for call: Call) async throws(ExchangeEnd) -> Grant? {
    if !clientHasLeft { clientHasLeft = client.stream.peerIsGone }
    guard clientHasLeft, let ticket = place?.ticket else { return try takeLeave(for: call) }
    if try takeLeave(for: call) == nil {
      stopWaiting()
      context.desk.cancel(ticket)
    } else {
      // The slot goes to the next in line, who may be gone as well, and so may thousands.
      await context.loop.stepAside()
      context.desk.unsent(ticket)
    }
    throw .clientLeft
  }

  /// A refusal with what there is to say about it: the origin's last answer, or the answer that
  /// made the batch fail.
  func problem(_ refusal: Refusal, of call: Call) -> Problem {
    var problem = Problem(refusal, provider: lastProviderAnswer)
    if refusal.reason == .batchFailed, let batch = call.batch {
      problem.first = context.failedBatches.answer(of: batch, at: now)
    }
    return problem
  }
}
