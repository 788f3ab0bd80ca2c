import Events
import Timekeeping

/// Accepts connections of one listening socket and bounds how many are open at once.
///
/// At the bound accepting pauses, and connections wait in the system's backlog until one ends.
public final class Acceptor {
  /// Where the socket stands, with the port the system chose.
  public let address: String
  /// Connections open now.
  public private(set) var open = 0
  private let bound: Int
  private var listener: Listener?
  private let serve: (Listener.Accepted) -> Void
  private var isClosed = false

  /// Calls `serve` for each connection to `socket`, which it closes in the end.
  public init(
    _ loop: EventLoop, _ socket: ListeningSocket, bound: Int,
    serve: @escaping (Listener.Accepted) -> Void
  ) {
    address = socket.address
    self.bound = bound
    self.serve = serve
    listener = Listener(loop, socket) { [unowned self] in accept($0) }
  }

  /// Counts before anything else runs: the bound holds within one turn of the loop, too.
  private func accept(_ accepted: Listener.Accepted) {
    open += 1
    if open >= bound { listener?.pause() }
    serve(accepted)
  }

  /// Counts the end of a connection.
  public func connectionClosed() {
    open -= 1
    if !isClosed, open < bound { listener?.resume() }
  }

  /// Stops listening; open connections go on.
  public func close() {
    isClosed = true
    listener?.close()
  }
}
