import Events
import HTTPWire
import Timekeeping

/// Reading requests' heads.
extension ServerConnection {
  /// What came of waiting for a request.
  public enum Reading {
    /// Its head.
    case head(RequestHead)
    /// Nothing yet: whoever serves the connection may let go of it until its point wakes.
    case silence
    /// The client has left, or was silent for too long.
    case end
  }

  /// How long a client is waited for that has just come, or came back soon after its last answer.
  private static let pause: Duration = .seconds(1)

  /// Reads the next request's head; nil when the client leaves or stays silent between requests.
  ///
  /// - Throws: `ServingFailure`: malformed bytes with the status they deserve, 408 for a head that
  ///   takes too long, or a broken connection.
  public func readHead() async throws(ServingFailure) -> RequestHead? {
    while true {
      switch try await readRequest() {
      case .head(let head): return head
      case .silence: await point.wait()
      case .end: return nil
      }
    }
  }

  /// Reads the next request's head, and says when that may take long; throws as `readHead` does.
  public func readRequest() async throws(ServingFailure) -> Reading {
    if isEnding { return .end }
    if !isSilent, served > 0 { silentSince = loop.turnTime }
    if !hasInput, !stream.canReceive {
      releaseInput()
      if !isSilent { await pause() }
      guard stream.canReceive else { return isEnding || point.isExpired ? .end : .silence }
    }
    let silence = loop.turnTime - silentSince
    isPrompt = served > 0 && silence < ServerConnection.pause
    isSilent = false
    point.expire(after: served == 0 ? patience.head - silence : patience.head)
    var parser = RequestParser(limits: terms.head)
    while true {
      if hasInput, let head = try parse(&parser) { return .head(head) }
      guard let count = try await more() else {
        guard hasInput, !isEnding else { return .end }
        throw .malformed(WireError(status: 408, reason: "the request's head took too long"))
      }
      if count == 0 { return .end }
    }
  }

  /// Waits for a client that is likely to send soon: that costs less than to rest and to awake.
  private func pause() async {
    let patience = served == 0 ? patience.head : patience.idle
    if isPrompt || served == 0 {
      point.expire(after: min(patience, ServerConnection.pause))
      while !stream.canReceive, !point.isExpired { await point.wait() }
      if stream.canReceive || patience <= ServerConnection.pause || isEnding { return }
      point.expire(after: patience - ServerConnection.pause)
    } else {
      point.expire(after: patience)
    }
    isSilent = true
  }

  private func parse(_ parser: inout RequestParser) throws(ServingFailure) -> RequestHead? {
    let head: RequestHead?
    do {
      head = try input.withReadable { bytes throws(WireError) in try parser.parse(bytes) }
    } catch {
      throw .malformed(error)
    }
    guard let head else { return nil }
    input.consume(parser.consumed)
    begin(head)
    return head
  }
}
