import CSystem
import Events
import Logging
import Policy
import Timekeeping

/// The proxy: as many workers as the policy says, each with a thread, the first on the caller's.
public final class Workers {
  /// The first worker's loop.
  public let loop: EventLoop
  private let loops: [EventLoop]
  private let shared: SharedContext
  private let workers: [Worker]
  private var watch: PressureWatch?
  private var threads: [LoopThread] = []

  /// Workers that serve nothing yet; `readSecret` reads keys again when the operator asks for it.
  ///
  /// - Parameter lostLines: how many lines of the log were lost so far.
  /// - Throws: `IOFailure` when a loop or libcurl cannot start, `StartFailure` for an authority
  ///   that cannot be used, and `PasswordFault` for a user's hash.
  public init(
    _ rulebook: Rulebook, logger: Logger, readSecret: @escaping SecretSource.Reading,
    lostLines: @escaping @Sendable () -> Int
  ) throws {
    let count = rulebook.workers.number(processors: Int(csystem_processors()))
    var loops: [EventLoop] = []
    for _ in 0..<count { loops.append(try EventLoop()) }
    self.loops = loops
    loop = loops[0]
    let shared = try SharedContext(
      rulebook, workers: count, users: try Workers.users(of: rulebook), logger: logger,
      readSecret: readSecret, lostLines: lostLines, at: loop.now, wall: loop.wall)
    self.shared = shared
    workers = try loops.enumerated().map { try Worker($0.offset, of: shared, on: $0.element) }
    watch = PressureWatch(shared.pressure, on: loop, logger: logger) {
      shared.tellAll { $0.closeIdle() }
    }
  }

  private static func users(of rulebook: Rulebook) throws -> KnownUsers? {
    guard let rule = rulebook.proxies.first(where: \.needsUser) else { return nil }
    guard !rulebook.users.isEmpty else {
      throw StartFailure("\(rule.address.text) asks for users and the policy has none")
    }
    return try KnownUsers(rulebook.users)
  }

  /// Opens the proxy's and the admin's listeners, and starts the threads of all workers but the
  /// first; `activated` are the sockets of systemd.
  ///
  /// - Throws: `IOFailure` when an address or a thread cannot be had, `ActivationFault` for a socket
  ///   that systemd did not pass, `StartFailure` for one that anybody could use, and
  ///   `AuthorityFault` for a certificate that cannot be used.
  public func open(_ activated: ActivatedSockets = ActivatedSockets()) throws {
    let rulebook = shared.rulebook
    let ways = try Doorway.all(of: rulebook, workers: workers.count, activated)
    let bounds = DoorBounds(rulebook, doors: ways.count { !$0.isAdmin }, workers: workers.count)
    var opened = ways
    do {
      for (index, worker) in workers.enumerated() {
        let own = index == 0 ? ways : try others(of: ways, for: index, bounds, &opened)
        try worker.assumeIsolated { try $0.prepare(own, ports: ways.compactMap(\.socket.port)) }
      }
    } catch {
      for way in opened { way.socket.close() }
      throw error
    }
    for worker in workers { worker.assumeIsolated { $0.open(bounds) } }
    closeOthers(of: activated)
    for (index, loop) in loops.enumerated().dropFirst() {
      threads.append(try LoopThread(loop, name: "worker-\(index)"))
    }
    for way in ways {
      shared.logger.info("\(way.isAdmin ? "admin" : "proxy") listens on \(way.address)")
    }
  }

  /// The callers' doorways of another worker than the first, as far as it may have connections there.
  private func others(
    of ways: [Doorway], for index: Int, _ bounds: DoorBounds, _ opened: inout [Doorway]
  ) throws(IOFailure) -> [Doorway] {
    var own: [Doorway] = []
    for way in ways where !way.isAdmin && bounds.bound(of: way, at: index) > 0 {
      own.append(try way.another())
      opened.append(own[own.count - 1])
    }
    return own
  }

  private func closeOthers(of activated: ActivatedSockets) {
    let names = (shared.rulebook.proxies + [shared.rulebook.admin]).compactMap {
      if case .activated(let name) = $0.address { name } else { nil }
    }
    var activated = activated
    for name in activated.closeOthers(than: Set(names)) {
      shared.logger.warning(
        "systemd passed the socket \"\(name)\", which no listener of the policy names")
    }
  }

  /// Serves until `drain` has ended everything.
  public func run() {
    let (shared, workers) = (self.shared, self.workers)
    // From its first turn on every loop runs, and any worker may give any other a job.
    Task(executorPreference: loop) { shared.name(workers) }
    loop.run()
    for thread in threads { thread.join() }
    shared.name([])
  }

  /// Takes no new work, finishes what is under way, refuses what still waits after `patience`,
  /// then ends `run`.
  public func drain(patience: Duration) {
    let shared = self.shared
    Task(executorPreference: loop) {
      let underWay = await shared.counts().reduce(0) { $0 + $1.exchanges }
      let waiting = shared.admission.read { $0.waiting }
      shared.logger.info("draining: \(underWay) under way, \(waiting) waiting")
      shared.tellAll { $0.drain(patience: patience) }
    }
  }

  /// Reads every key's secret again.
  public func reloadKeys() { workers[0].assumeIsolated { $0.reloadKeys() } }
}
