import CSystem
import Events
import Logging
import Policy
import Serving
import Timekeeping

/// One loop's share of the proxy: its listeners, sessions, engine and pool, all on one thread.
public actor Worker {
  private nonisolated let loop: EventLoop
  private let rulebook: Rulebook
  private let logger: Logger
  private let context: ProxyContext
  private var doors: [Acceptor] = []
  private var sessions: [ObjectIdentifier: ClientSession] = [:]
  private var drainTimer: Timer?

  /// The loop runs everything of the worker.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  /// A worker that serves nothing yet.
  ///
  /// - Throws: `IOFailure` when libcurl cannot start.
  public init(_ rulebook: Rulebook, on loop: EventLoop, logger: Logger) throws {
    self.loop = loop
    self.rulebook = rulebook
    self.logger = logger
    context = try ProxyContext(rulebook, on: loop, log: ExchangeLog(logger))
  }

  /// Opens the proxy's and the admin's listeners.
  ///
  /// - Throws: `IOFailure` when an address cannot be had.
  public func open() throws {
    let bound = Int(csystem_raise_descriptor_limit()) / 2 - 64
    for address in rulebook.proxyAddresses {
      let door = try Acceptor(loop, host: address.host, port: address.port, bound: max(16, bound)) {
        [unowned self] accepted in
        let loop = self.loop
        Task(executorPreference: loop) { await self.serve(accepted) }
      }
      context.dialer.forbid(ownPort: door.port)
      doors.append(door)
      logger.info("proxy listens on \(door.address)")
    }
    let address = rulebook.adminAddress
    let door = try Acceptor(loop, host: address.host, port: address.port, bound: 256) {
      [unowned self] accepted in
      let loop = self.loop
      Task(executorPreference: loop) { await self.serveAdmin(accepted) }
    }
    context.dialer.forbid(ownPort: door.port)
    doors.append(door)
    logger.info("admin listens on \(door.address)")
  }

  /// Takes no new work, finishes what is under way, refuses what still waits after `patience`,
  /// then stops the loop.
  public func drain(patience: Duration) {
    guard !context.isDraining else { return }
    context.isDraining = true
    logger.info("draining: \(context.openExchanges) under way, \(context.desk.waiting) waiting")
    for door in doors.dropLast() { door.close() }
    context.desk.drain(patience: patience)
    for session in sessions.values { session.endIfIdle() }
    stopWhenDone()
  }

  private func serve(_ accepted: Listener.Accepted) async {
    let socket = Socket(loop, descriptor: accepted.descriptor)
    let client = ServerConnection(socket, peer: accepted.peer, on: loop)
    let session = ClientSession(client, in: context)
    let door = doors.first
    sessions[ObjectIdentifier(session)] = session
    door?.connectionOpened()
    await session.run()
    door?.connectionClosed()
    sessions[ObjectIdentifier(session)] = nil
    stopWhenDone()
  }

  private func serveAdmin(_ accepted: Listener.Accepted) async {
    let socket = Socket(loop, descriptor: accepted.descriptor)
    let client = ServerConnection(socket, peer: accepted.peer, on: loop)
    doors.last?.connectionOpened()
    await AdminSession(client, in: context).run()
    doors.last?.connectionClosed()
  }

  private func stopWhenDone() {
    guard context.isDraining, sessions.isEmpty else { return }
    doors.last?.close()
    context.pool.closeAll()
    loop.stop()
  }
}
