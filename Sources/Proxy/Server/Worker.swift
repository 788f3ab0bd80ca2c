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
  /// The proxy's listeners, and the admin's behind them.
  private var doors: [Acceptor] = []
  private var sessions: [ObjectIdentifier: ClientSession] = [:]

  /// The loop runs everything of the worker.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  /// A worker that serves nothing yet; `readSecret` reads keys again when the operator asks for it.
  ///
  /// - Throws: `IOFailure` when libcurl cannot start.
  public init(
    _ rulebook: Rulebook, on loop: EventLoop, logger: Logger,
    readSecret: @escaping SecretSource.Reading
  ) throws {
    self.loop = loop
    self.rulebook = rulebook
    self.logger = logger
    context = try ProxyContext(
      rulebook, on: loop, logger: logger, readSecret: readSecret)
  }

  /// Opens the proxy's and the admin's listeners.
  ///
  /// - Throws: `IOFailure` when an address cannot be had.
  public func open() throws {
    // The other half of the descriptors is for connections to origins.
    let bound = max(8, (Int(csystem_raise_descriptor_limit()) - 32) / 2)
    for rule in rulebook.proxies {
      try open(rule, "proxy", bound: bound / rulebook.proxies.count) {
        await $0.serve($1, from: $2)
      }
    }
    try open(rulebook.admin, "admin", bound: min(256, max(2, bound / 8))) {
      await $0.serveAdmin($1, from: $2)
    }
  }

  private func open(
    _ rule: ListenRule, _ name: String, bound: Int,
    serve: @escaping @Sendable (Worker, Listener.Accepted, Int) async -> Void
  ) throws {
    guard case .tcp(let host, let port) = rule.address else { return }
    let number = doors.count
    let door = try Acceptor(loop, host: host, port: port, bound: bound) {
      [unowned self] accepted in
      // Without the preference the task's first part would run on another thread.
      Task(executorPreference: loop) { await serve(self, accepted, number) }
    }
    context.dialer.forbid(ownPort: door.port)
    doors.append(door)
    logger.info("\(name) listens on \(door.address)")
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

  /// Reads every key's secret again.
  public func reloadKeys() { KeysReload.run(in: context) }

  private func serve(_ accepted: Listener.Accepted, from door: Int) async {
    let socket = Socket(loop, descriptor: accepted.descriptor)
    let client = ServerConnection(socket, peer: accepted.peer, on: loop)
    let session = ClientSession(client, in: context)
    sessions[ObjectIdentifier(session)] = session
    await session.run()
    doors[door].connectionClosed()
    sessions[ObjectIdentifier(session)] = nil
    stopWhenDone()
  }

  private func serveAdmin(_ accepted: Listener.Accepted, from door: Int) async {
    let socket = Socket(loop, descriptor: accepted.descriptor)
    let client = ServerConnection(socket, peer: accepted.peer, on: loop)
    await AdminSession(client, in: context).run()
    doors[door].connectionClosed()
  }

  private func stopWhenDone() {
    guard context.isDraining, sessions.isEmpty else { return }
    doors.last?.close()
    context.pool.closeAll()
    loop.stop()
  }
}
