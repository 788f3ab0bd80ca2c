import Admission
import Timekeeping

/// Waiting for leave to send.
extension Exchange {
  /// Waits until every limit of the request has room; owns no buffer meanwhile.
  func admit(_ call: Call) async throws(ExchangeEnd) -> Grant {
    switch context.desk.admit(call.route, patience: call.patience) {
    case .granted(let grant): return grant
    case .refused(let refusal): throw .refused(Problem(refusal))
    case .waiting(let ticket): return try await wait(for: ticket)
    }
  }

  /// Waits again, at the head of the account's queue, after an attempt that did not count.
  func readmit(_ grant: Grant) async throws(ExchangeEnd) -> Grant {
    try await wait(for: grant.ticket)
  }

  private func wait(for ticket: TicketID) async throws(ExchangeEnd) -> Grant {
    let place = context.desk.hold(ticket, at: point)
    defer { context.desk.release(ticket) }
    client.releaseInput()
    point.expire(after: nil)
    var isGone = client.stream.askForPeer()
    while true {
      switch place.answer {
      case .grant(let grant):
        guard isGone else { return grant }
        context.desk.unsent(ticket)
        throw .clientLeft
      case .refuse(_, let refusal):
        throw .refused(Problem(refusal, provider: lastProviderAnswer))
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
}
