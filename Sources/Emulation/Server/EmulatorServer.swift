import CSystem
import Events
import Serving
import Timekeeping

/// An emulated provider on a socket of this machine: one loop, one address, one log.
public actor EmulatorServer {
  private nonisolated let loop: EventLoop
  private let address: LoopbackAddress
  private let context: EmulatorContext
  private var door: Acceptor?
  /// Why the server stopped by itself; nil when it was told to.
  public private(set) var failure: IOFailure?

  /// The loop runs everything of the server.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  /// A server that listens nowhere yet.
  ///
  /// - Throws: `IOFailure` when the log cannot be opened.
  public init(_ settings: EmulatorSettings, on loop: EventLoop) throws(IOFailure) {
    self.loop = loop
    address = settings.address
    context = try EmulatorContext(settings, on: loop)
  }

  /// Listens; the address with the port the system chose, such as `127.0.0.1:8080`.
  ///
  /// - Throws: `IOFailure` when the address cannot be had.
  public func open() throws(IOFailure) -> String {
    let bound = max(64, Int(csystem_raise_descriptor_limit()) - 64)
    let socket = try ListeningSocket.tcp(host: address.host, port: address.port)
    let door = Acceptor(loop, socket, bound: bound) { [unowned self] accepted in
      let loop = self.loop
      Task(executorPreference: loop) { await self.serve(accepted) }
    }
    self.door = door
    context.log?.onFailure = { [unowned self] in
      failure = $0
      stop()
    }
    return door.address
  }

  /// Takes no more connections, writes the rest of the log and stops the loop.
  public func stop() {
    door?.close()
    context.log?.flush()
    loop.stop()
  }

  private func serve(_ accepted: Listener.Accepted) async {
    let socket = Socket(loop, descriptor: accepted.descriptor)
    let client = ServerConnection(
      socket, peer: accepted.peer, on: loop, terms: .emulated)
    await EmulatorSession(client, in: context).run()
    door?.connectionClosed()
  }
}
