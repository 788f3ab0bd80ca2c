import Admission
import Events
import HTTPWire
import Timekeeping

/// Switching protocols, once the origin has said 101.
extension Exchange {
  /// Relays the 101 and passes bytes both ways; what the client sent early was held until now.
  @inline(never)
  func switchProtocols(
    _ answer: Answer, to call: Call, under grant: Grant
  ) async throws(ExchangeEnd) {
    defer { context.desk.finished(grant.ticket) }
    do throws(Problem) {
      try takeTunnel()
    } catch {
      answer.upstream.release(reusable: false)
      throw .refused(error)
    }
    var output: [UInt8] = []
    OutgoingHead.answer(
      answer.head, framing: .none, keepsLength: false, waited: grant.waited, closing: false,
      upgrade: Upgrade.chosen(by: answer.head, among: call.upgrade).map { [$0] } ?? [],
      date: context.dateField(), via: context.via, to: &output)
    hasAnswered = true
    keepsClient = false
    guard (try? await client.write(output)) != nil else {
      context.openTunnels -= 1
      answer.upstream.release(reusable: false)
      throw .clientLeft
    }
    point.expire(after: context.bounds.tunnelIdle)
    await tunnel(through: answer.upstream)
  }
}
