import Events
import Timekeeping

/// Accepts connections on one address and bounds how many are open at once.
///
/// At the bound accepting pauses, and connections wait in the system's backlog until one ends.
public final class Acceptor {
  /// The address in text, with the port the system chose.
  public var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
  /// The port it listens on, which the system may have chosen.
  public var port: UInt16 { listener?.port ?? 0 }
  /// Connections open now.
  public private(set) var open = 0
  private let host: String
  private let bound: Int
  private var listener: Listener?
  private let serve: (Listener.Accepted) -> Void
  private var isClosed = false

  /// Listens on a numeric address and calls `serve` for each connection.
  ///
  /// - Throws: `IOFailure` when the address cannot be had.
  public init(
    _ loop: EventLoop, host: String, port: UInt16, bound: Int,
    serve: @escaping (Listener.Accepted) -> Void
  ) throws(IOFailure) {
    self.host = host
    self.bound = bound
    self.serve = serve
    listener = try Listener(loop, host: host, port: port) { [unowned self] in accept($0) }
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
