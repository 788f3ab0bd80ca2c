import Admission
import Dialing
import Events
import HTTPWire

/// A connection to the origin while it carries one request, with what it has received.
final class Upstream {
  let connection: UpstreamConnection
  /// Whether any byte of the request was taken by the system: before that it was never sent.
  var hasSent = false
  /// Whether the whole request was sent, so that the connection may carry another one.
  var isSent = false
  /// What the system did not take of a request that was written as a whole.
  var unsent: [UInt8] = []
  /// The ticket of a request that is written and, as far as is known, not delivered.
  var undelivered: TicketID?
  /// Interim answers to the request so far.
  var interim = 0
  private let context: ProxyContext
  private var lent: ByteBuffer?
  private var isReleased = false

  init(_ connection: UpstreamConnection, in context: ProxyContext) {
    self.connection = connection
    self.context = context
  }

  /// The bytes received and not yet used.
  var incoming: ByteBuffer {
    if let lent { return lent }
    let buffer = context.loop.buffers.lend()
    lent = buffer
    return buffer
  }

  /// Gives away what was received and not yet used, for a tunnel: no HTTP comes any more.
  func takeIncoming() -> ByteBuffer? {
    defer { lent = nil }
    return lent
  }

  deinit { release(reusable: false) }

  /// Reads what is there: the count, 0 at the origin's end, nil for nothing yet.
  func receive() throws(IOFailure) -> Int? {
    let stream = connection.stream
    guard stream.canReceive else { return nil }
    let buffer = incoming
    buffer.makeRoom()
    return try stream.receive(into: buffer)
  }

  /// Ends this use: the connection goes back to the pool if nothing of it is left over.
  func release(reusable: Bool) {
    guard !isReleased else { return }
    isReleased = true
    // The key may be in it.
    unsent.wipe()
    if reusable, isSent, lent?.isEmpty != false {
      context.pool.giveBack(connection, at: context.loop.turnTime)
    } else {
      connection.close()
    }
    if let lent { context.loop.buffers.giveBack(lent) }
    lent = nil
  }
}
