import Events
import Timekeeping

/// Accepts connections on one address and bounds how many are open at once.
///
/// At the bound accepting pauses, and connections wait in the system's backlog until one ends.
public final class Acceptor {
  /// The address in text, with the port the system chose.
  public var address: String {
    listener.host.contains(":")
      ? "[\(listener.host)]:\(listener.port)" : "\(listener.host):\(listener.port)"
  }
  /// The port it listens on.
  public var port: UInt16 { listener.port }
  /// Connections open now.
  public private(set) var open = 0
  private let bound: Int
  private let listener: Listener
  private var isClosed = false

  /// Listens on a numeric address and calls `serve` for each connection.
  ///
  /// - Throws: `IOFailure` when the address cannot be had.
  public init(
    _ loop: EventLoop, host: String, port: UInt16, bound: Int,
    serve: @escaping (Listener.Accepted) -> Void
  ) throws(IOFailure) {
    self.bound = bound
    listener = try Listener(loop, host: host, port: port, handler: serve)
  }

  /// Counts a connection that `serve` was called for.
  public func connectionOpened() {
    open += 1
    if open >= bound { listener.pause() }
  }

  /// Counts the end of a connection.
  public func connectionClosed() {
    open -= 1
    if !isClosed, open < bound { listener.resume() }
  }

  /// Stops listening; open connections go on.
  public func close() {
    isClosed = true
    listener.close()
  }
}
