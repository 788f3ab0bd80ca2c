import Events
import HTTPWire
import Timekeeping

/// A client's connection, seen from the server: reads requests, writes answers, owns no buffer
/// while it has no bytes to hold.
public final class ServerConnection {
  /// The bytes' way in and out.
  public let stream: any ByteStream
  /// Where the task that serves this connection waits.
  public let point: WaitPoint
  /// The client's address, or `uid:1000` for a user of this machine.
  public let peer: String
  /// Whom requests are counted for: the peer, until somebody better known is found.
  public var caller: String
  /// Whether each request must name a user and its password.
  public let needsUser: Bool
  /// How much the client may send, and how long it may take.
  public let terms: Terms
  /// The loop it lives on.
  public let loop: EventLoop
  /// Requests read so far.
  public private(set) var served = 0
  private var lent: ByteBuffer?
  /// Takes the body of the request apart; nil for one without.
  private var decoder: BodyDecoder?
  /// Whether no further request is wanted: the connection ends at the next head.
  var isEnding = false
  /// Whether the client is silent between two requests and may be so for longer.
  var isSilent = false

  /// Serves `stream`, which waits at a point of its own.
  public init(
    _ stream: any ByteStream, peer: String, caller: String? = nil, needsUser: Bool = false,
    on loop: EventLoop, terms: Terms
  ) {
    self.stream = stream
    self.peer = peer
    self.caller = caller ?? peer
    self.needsUser = needsUser
    self.loop = loop
    self.terms = terms
    point = WaitPoint(loop)
    stream.waitPoint = point
  }

  /// How long the client may take.
  public var patience: Patience { terms.patience }

  /// The bytes read and not yet used.
  public var input: ByteBuffer {
    if let lent { return lent }
    let buffer = loop.buffers.lend()
    lent = buffer
    return buffer
  }

  /// Bytes of memory that hold what was read and not yet used.
  public var heldBytes: Int { lent?.capacity ?? 0 }

  /// Bytes read and not yet used.
  public var heldInput: Int { lent?.count ?? 0 }

  /// Whether a request has begun to arrive.
  public var hasInput: Bool { lent.map { !$0.isEmpty } ?? false }

  /// Gives the buffer back, or cuts it to what it holds: a request that waits owns no slack.
  public func releaseInput() {
    guard let buffer = lent else { return }
    if buffer.isEmpty {
      lent = nil
      loop.buffers.giveBack(buffer)
    } else {
      buffer.trim()
    }
  }

  /// Gives away what was read and not yet used: what follows is no HTTP.
  public func takeInput() -> ByteBuffer? {
    defer { lent = nil }
    return lent
  }

  /// The same client's connection inside `stream`, which stands on this one's: this one is done.
  public func inside(_ stream: any ByteStream) -> ServerConnection {
    point.retire()
    return ServerConnection(stream, peer: peer, caller: caller, on: loop, terms: terms)
  }

  /// Ends the connection where the next head is or would be read.
  public func endReading() {
    isEnding = true
    isSilent = false
    point.expire(after: .zero)
    point.wake()
  }

  /// A request has begun whose head was read.
  func begin(_ head: RequestHead) {
    served += 1
    decoder = head.framing == .none ? nil : BodyDecoder(head.framing, limits: terms.body)
    if bodyIsComplete { stream.endMessage() }
  }

  /// Reads what comes next: the count, 0 at the client's end, nil when its time is up.
  func more() async throws(ServingFailure) -> Int? {
    while true {
      while !stream.canReceive {
        if point.isExpired { return nil }
        await point.wait()
      }
      // Only now is a buffer borrowed: a silent client costs none.
      if let count = try receive() { return count }
    }
  }

  /// What of the request's body is in `input` now; see `BodyDecoder`.
  ///
  /// - Throws: `ServingFailure` for malformed chunks.
  public func bodyStep() throws(ServingFailure) -> BodyStep {
    guard decoder?.isComplete == false else { return .end(consumed: 0) }
    guard hasInput else { return .needsMore(consumed: 0) }
    do {
      let step = try input.withReadable { bytes throws(WireError) in
        try decoder?.decode(bytes)
      }
      if bodyIsComplete { stream.endMessage() }
      return step ?? .end(consumed: 0)
    } catch {
      throw .malformed(error)
    }
  }

  /// Whether the request's body was read to its end.
  public var bodyIsComplete: Bool { decoder?.isComplete ?? true }

  /// Reads more of the body if the system has some: the count, nil when there is nothing yet.
  ///
  /// - Throws: `ServingFailure.broken` also for an end before the body's.
  public func receiveBody() throws(ServingFailure) -> Int? {
    guard stream.canReceive else { return nil }
    let count = try receive()
    if count == 0 { throw .broken(IOFailure("recv", code: IOFailure.endOfStream)) }
    return count
  }

  func receive() throws(ServingFailure) -> Int? {
    let buffer = input
    buffer.makeRoom()
    do {
      return try stream.receive(into: buffer)
    } catch {
      throw .broken(error)
    }
  }

  /// Writes all of `bytes` and then `range` of `buffer`.
  ///
  /// - Throws: `ServingFailure.broken`, also when the client stops reading.
  public func write(
    _ bytes: [UInt8], then buffer: ByteBuffer? = nil, _ range: Range<Int> = 0..<0
  ) async throws(ServingFailure) {
    point.expire(after: patience.write)
    do {
      try await stream.write(bytes, then: buffer, range, at: point)
    } catch {
      // Closed in order, the system would keep what the client does not read, for minutes.
      if error.isTimeout { stream.abort() }
      throw .broken(error)
    }
  }

  /// Reads and forgets what is left of the body, within 64 KiB and 2 s.
  ///
  /// - Returns: Whether the body ended, so that the connection can serve another request.
  public func drainBody() async -> Bool {
    point.expire(after: .seconds(2))
    var allowance = 65_536
    while allowance > 0 {
      guard let step = try? bodyStep() else { return false }
      switch step {
      case .data(let range):
        input.consume(range.upperBound)
        allowance -= range.count
      case .end(let consumed):
        input.consume(consumed)
        return true
      case .needsMore(let consumed):
        input.consume(consumed)
        guard let count = try? await more(), count > 0 else { return false }
      }
    }
    return false
  }

  /// Closes so that the client can still read the answer.
  ///
  /// Closing over unread bytes would reset the connection and destroy the answer on its way, so
  /// what the client is still sending is read and forgotten, for at most 2 s (RFC 9112 section 9.6).
  public func finish() async {
    guard hasInput || !bodyIsComplete || stream.canReceive else { return close() }
    stream.finishSending()
    point.expire(after: .seconds(2))
    var allowance = 1 << 20
    while allowance > 0, let count = try? await more(), count > 0 {
      allowance -= count
      input.clear()
    }
    close()
  }

  /// Ends the connection and gives everything back.
  public func close() {
    stream.waitPoint = nil
    stream.close()
    point.retire()
    if let lent { loop.buffers.giveBack(lent) }
    lent = nil
  }
}
