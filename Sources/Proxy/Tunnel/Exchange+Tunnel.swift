import Admission
import Events
import Feedback
import Timekeeping

/// Bytes that pass both ways untouched, after CONNECT or 101.
extension Exchange {
  /// How long one side may be silent once the other has ended.
  private static let halfClosed: Duration = .seconds(60)

  /// Passes bytes between the client and the origin until both have ended, one has failed, or both
  /// were silent for too long; the connections then end with the tunnel.
  ///
  /// The caller has taken the tunnel's place (`takeTunnel`).
  func tunnel(through upstream: Upstream) async {
    let origin = upstream.connection.stream
    let buffers = context.loop.buffers
    let out = TunnelFlow(
      from: client.stream, to: origin, holding: client.takeInput(), buffers: buffers)
    let back = TunnelFlow(
      from: origin, to: client.stream, holding: upstream.takeIncoming(), buffers: buffers)
    do {
      while !(out.isFinished && back.isFinished), !context.drainIsOver {
        let moved = try out.move() + back.move()
        if moved > 0 {
          point.expire(after: silence(out, back))
          await count(moved: moved)
          continue
        }
        if out.isFinished, back.isFinished { break }
        guard !point.isExpired else { break }
        // Draining came meanwhile, or one side ended without a byte.
        point.limit(silence(out, back))
        await point.wait()
      }
    } catch {
      // Either side shall see that this was no regular end.
      origin.abort()
      client.stream.abort()
    }
    context.openTunnels -= 1
    upstream.release(reusable: false)
    clientHasLeft = true
  }

  /// How long both sides may be silent from now.
  private func silence(_ out: TunnelFlow, _ back: TunnelFlow) -> Duration {
    let usual = context.bounds.tunnelIdle
    let span = out.isFinished || back.isFinished ? min(usual, Exchange.halfClosed) : usual
    return context.drainEnd.map { min(span, max(.zero, $0 - now)) } ?? span
  }

  /// Takes the place of one more tunnel.
  ///
  /// - Throws: `Problem` 503 when there is none.
  func takeTunnel() throws(Problem) {
    try context.openTunnel()
  }
}
