import Admission
import Events
import Feedback
import HTTPWire
import Interception
import Policy
import Serving

/// CONNECT (RFC 9110 section 9.3.6): a tunnel that counts as one request of its API, or TLS that
/// ends here and whose requests each count.
extension Exchange {
  /// Finds out where a CONNECT leads; nil when its TLS ends here, which the client then knows.
  @inline(never)
  func understandConnect() async throws(ExchangeEnd) -> Call? {
    let connection: Destination.Connection
    do throws(Problem) {
      try Screening.check(head, in: context)
      connection = try Destination.connection(of: head, through: entrance, in: context)
    } catch {
      throw .refused(error)
    }
    switch connection {
    case .tunnel(let destination): return try tunnelCall(to: destination)
    case .intercept(let host):
      try await intercept(host)
      return nil
    }
  }

  private func tunnelCall(to destination: Destination) throws(ExchangeEnd) -> Call {
    apiName = context.apis[destination.api].name
    // A tunnel's connection is nobody else's, before or after.
    needsFreshConnection = true
    do throws(Problem) {
      try context.checkTunnels()
      return try Call(head, body: nil, to: destination, from: client.caller, in: context)
    } catch {
      throw .refused(error)
    }
  }

  /// Tells the client to go on and passes bytes until the tunnel ends.
  @inline(never)
  func openTunnel(through upstream: Upstream, under grant: Grant) async throws(ExchangeEnd) {
    do throws(Problem) {
      try takeTunnel()
    } catch {
      context.desk.unsent(grant.ticket)
      upstream.release(reusable: false)
      throw .refused(error)
    }
    context.desk.sent(grant.ticket)
    // That nothing is to be sent again is clear: the verdict is always to go on.
    _ = context.desk.responded(
      grant.ticket, .plain(status: 200), spent: [], canReplay: false)
    hasAnswered = true
    if (try? await client.write(Exchange.established)) != nil {
      point.expire(after: context.bounds.tunnelIdle)
      await tunnel(through: upstream)
    } else {
      context.openTunnels -= 1
      upstream.release(reusable: false)
      clientHasLeft = true
    }
    context.desk.finished(grant.ticket)
    keepsClient = false
  }

  /// Makes the certificate ready and tells the client to go on; the session does the rest.
  private func intercept(_ host: Intercepted) async throws(ExchangeEnd) {
    apiName = context.apis[host.api].name
    guard let interceptor = context.interceptor else {
      throw .refused(Problem(403, "connect-refused", "nothing is intercepted without a ca"))
    }
    do throws(TLSFailure) {
      try interceptor.prepare(host: host.host, at: now, wall: context.loop.wall)
    } catch {
      throw .refused(Problem(error))
    }
    hasAnswered = true
    do throws(ServingFailure) {
      try await client.write(Exchange.established)
    } catch {
      throw .clientLeft
    }
    intercepted = host
  }

  /// No framing field may stand in it (RFC 9110 section 9.3.6).
  private static let established = Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8)
}

extension Problem {
  /// No certificate for a host that is to be intercepted.
  init(_ failure: TLSFailure) {
    guard case .tooManyCertificates = failure.kind else {
      self.init(502, "no-certificate", "the authority makes no certificate for this host")
      return
    }
    self.init(503, "certificates-busy", "too many certificates are being made now")
    retryAfter = .seconds(1)
  }
}
