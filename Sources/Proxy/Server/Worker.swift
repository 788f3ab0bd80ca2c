import CSystem
import Events
import Interception
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
  private var doors: [Door] = []
  private var sessions: [ObjectIdentifier: ClientSession] = [:]
  /// For the lines about handshakes that failed.
  private var handshakeLines = LogRate()

  /// The loop runs everything of the worker.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  /// A worker that serves nothing yet; `readSecret` reads keys again when the operator asks for it.
  ///
  /// - Parameter lostLines: how many lines of the log were lost so far.
  /// - Throws: `IOFailure` when libcurl cannot start, `StartFailure` for an authority
  ///   that cannot be used.
  public init(
    _ rulebook: Rulebook, on loop: EventLoop, logger: Logger,
    readSecret: @escaping SecretSource.Reading, lostLines: @escaping @Sendable () -> Int
  ) throws {
    self.loop = loop
    self.rulebook = rulebook
    self.logger = logger
    context = try ProxyContext(
      rulebook, on: loop, logger: logger, readSecret: readSecret, lostLines: lostLines)
  }

  /// Opens the proxy's and the admin's listeners; `activated` are the sockets of systemd.
  ///
  /// - Throws: `IOFailure` when an address cannot be had, `ActivationFault` for a socket that
  ///   systemd did not pass, `StartFailure` for one that anybody could use, `AuthorityFault` for a
  ///   certificate and `PasswordFault` for a user's hash that cannot be used.
  public func open(_ activated: ActivatedSockets = ActivatedSockets()) throws {
    try readUsers()
    do {
      for rule in rulebook.proxies {
        doors += try Door.doors(of: rule, isAdmin: false, activated)
      }
      doors += try Door.doors(of: rulebook.admin, isAdmin: true, activated)
    } catch {
      for door in doors { door.socket.close() }
      throw error
    }
    var activated = activated
    for name in activated.closeOthers(than: activatedNames) {
      logger.warning("systemd passed the socket \"\(name)\", which no listener of the policy names")
    }
    // The other half of the descriptors is for connections to origins.
    let descriptors = Int(csystem_raise_descriptor_limit())
    let half = max(8, (descriptors - 32) / 2)
    let bound = min(rulebook.bounds.clients ?? half, max(half, descriptors - 64))
    // What opens the admin pages, looks names up and reads files must find a descriptor.
    context.dialer.descriptorBound = Int32(clamping: descriptors - min(64, descriptors / 8))
    context.awaken = { [unowned self] session in
      let (loop, number) = (self.loop, ObjectIdentifier(session))
      Task(executorPreference: loop) { await self.goOn(with: number) }
    }
    context.pressure.relieve = { [unowned self] in assumeIsolated { $0.closeIdle() } }
    let proxies = doors.count { !$0.isAdmin }
    for number in doors.indices {
      accept(
        at: number,
        bound: doors[number].isAdmin ? min(256, max(2, half / 8)) : max(1, bound / proxies))
    }
  }

  private var activatedNames: Set<String> {
    Set(
      (rulebook.proxies + [rulebook.admin]).compactMap {
        if case .activated(let name) = $0.address { name } else { nil }
      })
  }

  private func readUsers() throws {
    guard let rule = rulebook.proxies.first(where: \.needsUser) else { return }
    guard !rulebook.users.isEmpty else {
      throw StartFailure("\(rule.address.text) asks for users and the policy has none")
    }
    context.authentication = try Authentication(rulebook.users, on: loop)
  }

  private func accept(at number: Int, bound: Int) {
    let door = doors[number]
    door.acceptor = Acceptor(loop, door.socket, bound: bound) { [unowned self] accepted in
      let loop = self.loop
      // Without the preference the task's first part would run on another thread.
      Task(executorPreference: loop) { await self.serve(accepted, from: number) }
    }
    if let port = door.socket.port { context.dialer.forbid(ownPort: port) }
    logger.info("\(door.isAdmin ? "admin" : "proxy") listens on \(door.address)")
  }

  /// Takes no new work, finishes what is under way, refuses what still waits after `patience`,
  /// then stops the loop.
  public func drain(patience: Duration) {
    guard !context.isDraining else { return }
    context.isDraining = true
    context.drainEnd = loop.now + patience
    logger.info("draining: \(context.openExchanges) under way, \(context.desk.waiting) waiting")
    for door in doors where !door.isAdmin { door.acceptor?.close() }
    context.desk.drain(patience: patience)
    for session in sessions.values { session.endIfIdle() }
    stopWhenDone()
  }

  /// Reads every key's secret again.
  public func reloadKeys() { KeysReload.run(in: context) }

  /// Closes every connection that is between two requests.
  private func closeIdle() {
    context.pool.closeAll()
    for session in sessions.values { session.endIfSilent() }
  }

  private func serve(_ accepted: Listener.Accepted, from number: Int) async {
    let door = doors[number]
    guard let client = await greet(accepted, at: door) else { return ended(at: door) }
    guard door.isAdmin else {
      let session = ClientSession(client, through: door, in: context)
      sessions[ObjectIdentifier(session)] = session
      context.openClients += 1
      return await run(session)
    }
    let gate = AdminGate(door.socket, token: rulebook.adminToken)
    await AdminSession(client, behind: gate, in: context).run()
    ended(at: door)
  }

  private func goOn(with number: ObjectIdentifier) async {
    if let session = sessions[number] { await run(session) }
  }

  private func run(_ session: ClientSession) async {
    guard await session.run() == .over else { return }
    context.openClients -= 1
    sessions[ObjectIdentifier(session)] = nil
    ended(at: session.door)
  }

  private func ended(at door: Door) {
    door.acceptor?.connectionClosed()
    stopWhenDone()
  }

  /// The connection, once it has shaken hands where the door speaks TLS; nil when that failed.
  private func greet(_ accepted: Listener.Accepted, at door: Door) async -> ServerConnection? {
    let socket = Socket(loop, descriptor: accepted.descriptor)
    let needsUser = door.rule.needsUser
    guard let server = door.tls else {
      return ServerConnection(
        socket, peer: accepted.peer, needsUser: needsUser, on: loop, terms: context.clientTerms)
    }
    let stream = TLSServerStream(server, over: socket, on: loop)
    let point = WaitPoint(loop)
    defer { point.retire() }
    point.expire(after: rulebook.bounds.handshakeTime)
    do {
      try await stream.handshake(at: point)
    } catch {
      stream.close()
      log(error, at: door)
      return nil
    }
    return ServerConnection(
      stream, peer: accepted.peer, caller: stream.clientName.map { "cert:\($0)" },
      needsUser: needsUser, on: loop, terms: context.clientTerms)
  }

  private func log(_ failure: TLSFailure, at door: Door) {
    let isAdmitted = handshakeLines.admits(at: loop.now) {
      logger.info("\($0) handshakes more failed")
    }
    if isAdmitted { logger.info("\(door.address): \(failure)") }
  }

  private func stopWhenDone() {
    guard context.isDraining, sessions.isEmpty else { return }
    for door in doors { door.acceptor?.close() }
    context.pool.closeAll()
    loop.stop()
  }
}
