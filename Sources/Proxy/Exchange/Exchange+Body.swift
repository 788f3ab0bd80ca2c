import HTTPWire
import Serving
import Timekeeping

/// Receiving the request's body: within its bound of size, and of time.
extension Exchange {
  /// Refuses a body that says it is larger than the bound; nothing was sent yet.
  func checkLength() throws(ExchangeEnd) {
    if case .length(let count) = head.framing, let most = context.bounds.body, count > most {
      throw .refused(.largeBody)
    }
  }

  /// What of the request's body has been received.
  func step() throws(ExchangeEnd) -> BodyStep {
    let step: BodyStep
    do {
      step = try client.bodyStep()
    } catch {
      throw end(for: error)
    }
    if case .data(let range) = step, let most = context.bounds.body {
      bodyReceived += Int64(range.count)
      guard bodyReceived <= most else { throw .refused(.largeBody) }
    }
    return step
  }

  /// Waits for more of the client's body; false when the origin answers first.
  func receiveMore(from upstream: Upstream? = nil) async throws(ExchangeEnd) -> Bool {
    try await sendContinue()
    bodyWaitBegan = now
    defer {
      bodyWaited += now - (bodyWaitBegan ?? now)
      bodyWaitBegan = nil
    }
    bodyPatience()
    while true {
      if let upstream, await hasEarlyAnswer(upstream) { return false }
      do {
        if try client.receiveBody() != nil {
          point.expire(after: client.patience.body)
          return true
        }
      } catch {
        throw end(for: error)
      }
      if point.isExpired { throw .refused(.slowBody) }
      await point.wait()
    }
  }

  /// Gives the client the time for its next piece, and no more than is left for its whole body.
  ///
  /// Only the time is counted in which Penstock waited for the client: an origin that reads slowly
  /// is not the client's fault.
  func bodyPatience() {
    let patience = client.patience
    guard let began = bodyWaitBegan else { return point.expire(after: patience.body) }
    let left = patience.wholeBody - bodyWaited - (now - began)
    point.expire(after: min(patience.body, max(.zero, left)))
  }

  /// Lets a client that waits for leave send its body (RFC 9110 section 10.1.1).
  func sendContinue() async throws(ExchangeEnd) {
    guard head.expectsContinue, !hasContinued else { return }
    hasContinued = true
    do {
      try await client.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    } catch {
      throw end(for: error)
    }
  }

  /// What a failure of the client's side means for the exchange.
  func end(for failure: ServingFailure) -> ExchangeEnd {
    switch failure {
    case .malformed(let error): .refused(Problem(error))
    case .broken: .clientLeft
    }
  }
}
