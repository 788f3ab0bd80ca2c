import Admission
import Dialing
import Events
import HTTPWire

/// A connection to the origin while it carries one request, with what it has received.
final class Upstream {
  let connection: UpstreamConnection
  let incoming: ByteBuffer
  /// Whether any byte of the request was taken by the system: before that it was never sent.
  var hasSent = false
  /// Whether the whole request was sent, so that the connection may carry another one.
  var isSent = false
  /// The ticket of a request that is written and, as far as is known, not delivered.
  var undelivered: TicketID?
  /// Interim answers to the request so far.
  var interim = 0
  private let context: ProxyContext
  private var isReleased = false

  init(_ connection: UpstreamConnection, in context: ProxyContext) {
    self.connection = connection
    self.context = context
    incoming = context.loop.buffers.lend()
  }

  deinit { release(reusable: false) }

  /// Reads what is there: the count, 0 at the origin's end, nil for nothing yet.
  func receive() throws(IOFailure) -> Int? {
    guard connection.stream.canReceive else { return nil }
    incoming.makeRoom()
    return try connection.stream.receive(into: incoming)
  }

  /// Ends this use: the connection goes back to the pool if nothing of it is left over.
  func release(reusable: Bool) {
    guard !isReleased else { return }
    isReleased = true
    connection.stream.waitPoint = nil
    if reusable, isSent, incoming.isEmpty {
      context.pool.giveBack(connection)
    } else {
      connection.close()
    }
    context.loop.buffers.giveBack(incoming)
  }
}
