import Events
import Interception
import Serving

extension ClientSession {
  /// Ends the client's TLS here: the connection inside takes the place of the one it came on.
  ///
  /// - Returns: Whether there is one; the client's is closed otherwise.
  func intercept(_ host: Intercepted) async -> Bool {
    guard let interceptor = context.interceptor else { return false }
    var early: [UInt8] = []
    if let held = client.takeInput() {
      held.append(0..<held.count, to: &early)
      context.loop.buffers.giveBack(held)
    }
    let stream = TLSServerStream(
      interceptor, over: client.stream, on: context.loop, early: early, host: host.host)
    client.point.expire(after: context.bounds.handshakeTime)
    do throws(TLSFailure) {
      try await stream.handshake(at: client.point)
    } catch {
      context.log.noHandshake(error, api: context.apis[host.api].name)
      stream.close()
      client.close()
      return false
    }
    client = client.inside(stream)
    entrance = .intercepted(host)
    return true
  }
}
