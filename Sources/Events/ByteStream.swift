/// A connection that bytes go in and out of, plain or over TLS, without ever blocking.
public protocol ByteStream: AnyObject {
  /// Who is woken when the stream's readiness changes.
  var waitPoint: (any Wakeable)? { get set }

  /// Whether `receive` may find something; false until the system says otherwise.
  var canReceive: Bool { get }

  /// Reads what is there into the buffer's room: the count, 0 at the peer's end, nil for nothing yet.
  func receive(into buffer: ByteBuffer) throws(IOFailure) -> Int?

  /// Reads what is there into memory of the caller's own, which has room: the same.
  func receive(raw room: UnsafeMutableRawBufferPointer) throws(IOFailure) -> Int?

  /// Says that a whole message was read: the next `receive` waits for news from the system.
  ///
  /// Between two messages a `recv` that finds nothing is the costliest line there is. Inside a
  /// message it is made, since an end that came together with bytes is reported only once.
  func endMessage()

  /// Writes `head` from `start`, then `body` of the buffer, and says how many bytes were taken.
  func send(
    _ head: [UInt8], from start: Int, then buffer: ByteBuffer?, _ body: Range<Int>
  ) throws(IOFailure) -> Int

  /// Whether the system has reported since the last message that the peer is gone, unread bytes
  /// or not; costs nothing while it has reported nothing.
  var peerIsGone: Bool { get }

  /// Asks the system whether the peer is gone: a reset that came with a message's last bytes is
  /// reported like them.
  func askForPeer() -> Bool

  /// The smallest round trip the system has seen on the connection, asked of it now; nil when it
  /// does not know.
  var leastRoundTrip: Duration? { get }

  /// Whether the peer's system has acknowledged all that was written, asked of ours now.
  var isDelivered: Bool { get }

  /// Writes bytes of the caller's own, and says how many were taken.
  func send(raw bytes: UnsafeRawBufferPointer) throws(IOFailure) -> Int

  /// Tells the peer that nothing more will be written; it may still write. Does nothing where the
  /// stream cannot tell one from the other.
  func finishSending()

  /// Ends the connection so that the peer cannot take it for a regular end.
  func abort()

  /// Ends the connection; further calls do nothing.
  func close()
}

extension ByteStream {
  /// Reads what is there into the buffer's room: the count, 0 at the peer's end, nil for nothing yet.
  public func receive(into buffer: ByteBuffer) throws(IOFailure) -> Int? {
    var outcome: Result<Int?, IOFailure> = .success(nil)
    _ = buffer.fill { room in
      outcome = Result { () throws(IOFailure) in try receive(raw: room) }
      return (try? outcome.get()).flatMap { $0 } ?? 0
    }
    return try outcome.get()
  }

  /// Writes what is left of `head` and then `body` of the buffer once `done` bytes of both were
  /// taken, and says how many more were.
  public func send(
    _ head: [UInt8], then buffer: ByteBuffer?, _ body: Range<Int>, after done: Int
  ) throws(IOFailure) -> Int {
    let rest = max(body.lowerBound, body.lowerBound + done - head.count)..<body.upperBound
    return try send(head, from: min(done, head.count), then: buffer, rest)
  }

  /// Writes all of `head` and then `body` of `buffer`, waiting at `point` while the peer is slow.
  ///
  /// - Throws: `IOFailure`; a timeout when the point's deadline passes.
  public func write(
    _ head: [UInt8], then buffer: ByteBuffer? = nil, _ body: Range<Int> = 0..<0,
    at point: WaitPoint
  ) async throws(IOFailure) {
    var done = 0
    let total = head.count + body.count
    while done < total {
      let sent = try send(head, then: buffer, body, after: done)
      done += sent
      if sent > 0 { continue }
      if point.isExpired { throw .timeout("send") }
      await point.wait()
    }
  }
}
