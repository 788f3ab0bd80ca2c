import Admission
import Timekeeping

/// Waiting for leave to send.
extension Exchange {
  /// Waits until every limit of the request has room; owns no buffer meanwhile.
  func admit(_ call: Call) async throws(ExchangeEnd) -> Grant {
    switch context.desk.admit(call.route, patience: call.patience) {
    case .granted(let grant): return grant
    case .refused(let refusal): throw .refused(problem(refusal, of: call))
    case .waiting(let ticket):
      guard context.parkingRoom >= head.block.bytes.count else {
        context.desk.cancel(ticket)
        throw .refused(.parkedFull)
      }
      return try await wait(for: ticket, of: call)
    }
  }

  /// Waits again, at the head of the account's queue, after an attempt that did not count.
  func readmit(_ call: Call, after grant: Grant) async throws(ExchangeEnd) -> Grant {
    try await wait(for: grant.ticket, of: call)
  }

  private func wait(for ticket: TicketID, of call: Call) async throws(ExchangeEnd) -> Grant {
    client.releaseInput()
    let bytes = head.block.bytes.count + client.heldBytes
    let place = context.desk.hold(ticket, at: point)
    context.parkingRoom -= bytes
    point.isPatient = true
    defer {
      point.isPatient = false
      context.parkingRoom += bytes
      context.desk.release(ticket)
    }
    point.expire(after: nil)
    var isGone = client.stream.askForPeer()
    while true {
      switch place.answer {
      case .success(let grant):
        guard isGone else { return grant }
        // The slot goes to the next in line, who may be gone as well, and so may thousands.
        await context.loop.stepAside()
        context.desk.unsent(ticket)
        throw .clientLeft
      case .failure(let refusal):
        throw .refused(problem(refusal, of: call))
      case nil:
        if isGone {
          context.desk.cancel(ticket)
          throw .clientLeft
        }
        await point.wait()
        isGone = client.stream.peerIsGone
      }
    }
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
