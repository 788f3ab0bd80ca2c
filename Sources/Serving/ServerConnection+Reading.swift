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
    if !hasInput, !stream.canReceive {
      if !isSilent { fallSilent() }
      return point.isExpired ? .end : .silence
    }
    isSilent = false
    point.expire(after: patience.head)
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

  /// The next request's head, if the whole of it is there at once; otherwise nil, and `readRequest`
  /// goes on from here.
  public func readAtOnce() -> RequestHead? {
    guard !isEnding, !hasInput, stream.canReceive else { return nil }
    guard let count = try? receive(), count > 0 else {
      releaseInput()
      return nil
    }
    isSilent = false
    var parser = RequestParser(limits: terms.head)
    return try? parse(&parser)
  }

  /// Begins to wait for the next request, holding no buffer.
  public func fallSilent() {
    releaseInput()
    isSilent = true
    point.expire(after: served == 0 ? patience.head : patience.idle)
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
