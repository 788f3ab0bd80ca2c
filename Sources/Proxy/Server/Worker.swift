import Events
import Interception
import Policy
import Serving
import Synchronization
import Timekeeping

/// One loop's share of the proxy: its listeners, sessions, dialer and pool, all on one thread.
actor Worker {
  nonisolated let loop: EventLoop
  private nonisolated let index: Int
  private nonisolated let shared: SharedContext
  private let context: ProxyContext
  /// The proxy's listeners, and the admin's behind them.
  private var doors: [Door] = []
  private var sessions: [ObjectIdentifier: ClientSession] = [:]
  /// Whether draining has ended all that was under way here.
  private var isDone = false

  /// The loop runs everything of the worker.
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  /// A worker that serves nothing yet.
  ///
  /// - Throws: `IOFailure` when libcurl cannot start, `StartFailure` for an authority
  ///   that cannot be used.
  init(_ index: Int, of shared: SharedContext, on loop: EventLoop) throws {
    self.loop = loop
    self.index = index
    self.shared = shared
    context = try ProxyContext(shared, worker: index, on: loop)
    context.pool.closeOthers = { await shared.closePools(besides: index) }
  }

  /// Gets ready for who comes through these doorways.
  ///
  /// - Parameter ports: Those of all listeners, which are never dialled on this machine.
  /// - Throws: `AuthorityFault` for a certificate that cannot be used.
  func prepare(_ ways: [Doorway], ports: [UInt16]) throws(AuthorityFault) {
    for way in ways { doors.append(try Door(way)) }
    for port in ports { context.dialer.forbid(ownPort: port) }
  }

  /// Serves who comes.
  func open(_ bounds: DoorBounds) {
    // What opens the admin pages, looks names up and reads files must find a descriptor.
    context.dialer.descriptorBound = bounds.lastDialled
    context.awaken = { [unowned self] session in
      let (loop, number) = (self.loop, ObjectIdentifier(session))
      Task(executorPreference: loop) { await self.goOn(with: number) }
    }
    for number in doors.indices {
      accept(at: number, bound: bounds.bound(of: doors[number].way, at: index))
    }
  }

  private func accept(at number: Int, bound: Int) {
    let door = doors[number]
    door.acceptor = Acceptor(loop, door.way.socket, bound: bound) { [unowned self] accepted in
      let loop = self.loop
      // Without the preference the task's first part would run on another thread.
      Task(executorPreference: loop) { await self.serve(accepted, from: number) }
    }
  }

  /// Takes no new work, and finishes what is under way.
  func drain(patience: Duration) {
    guard !context.isDraining else { return }
    context.isDraining = true
    context.drainEnd = loop.now + patience
    for door in doors where !door.way.isAdmin { door.acceptor?.close() }
    // The engine is everybody's: it is told once.
    if index == 0 { context.desk.drain(patience: patience) }
    for session in sessions.values { session.endIfIdle() }
    stopWhenDone()
  }

  /// Closes every idle connection to an origin.
  func closePool() { context.pool.closeAll() }

  /// Closes every connection that is between two requests.
  func closeIdle() {
    closePool()
    for session in sessions.values { session.endIfSilent() }
  }

  /// Reads every key's secret again.
  func reloadKeys() { KeysReload.run(in: context) }

  /// What it is doing now.
  func report() -> WorkerReport { context.report }

  /// Ends the loop, with all that is left.
  func stop() {
    for door in doors { door.acceptor?.close() }
    context.pool.closeAll()
    loop.stop()
  }

  private func serve(_ accepted: Listener.Accepted, from number: Int) async {
    let door = doors[number]
    guard let client = await greet(accepted, at: door) else { return ended(at: door) }
    guard door.way.isAdmin else {
      let session = ClientSession(client, through: door, in: context)
      sessions[ObjectIdentifier(session)] = session
      context.openClients += 1
      return await run(session)
    }
    let gate = AdminGate(door.way.socket, token: shared.rulebook.adminToken)
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
    let needsUser = door.way.rule.needsUser
    guard let server = door.tls else {
      return ServerConnection(
        socket, peer: accepted.peer, needsUser: needsUser, on: loop, terms: context.clientTerms)
    }
    let stream = TLSServerStream(server, over: socket, on: loop)
    let point = WaitPoint(loop)
    defer { point.retire() }
    point.expire(after: context.bounds.handshakeTime)
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
    let now = loop.now
    let isAdmitted = shared.handshakeLines.withLock {
      $0.admits(at: now) { shared.logger.info("\($0) handshakes more failed") }
    }
    if isAdmitted { shared.logger.info("\(door.way.address): \(failure)") }
  }

  /// The last worker that is done ends them all: until then one's timer may be everybody's.
  private func stopWhenDone() {
    guard context.isDraining, sessions.isEmpty, !isDone else { return }
    isDone = true
    guard shared.busyWorkers.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else {
      return
    }
    shared.tellAll { $0.stop() }
  }
}
