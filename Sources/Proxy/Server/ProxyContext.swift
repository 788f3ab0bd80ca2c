import Dialing
import Events
import HTTPWire
import Interception
import Policy
import Serving
import Timekeeping

/// What all exchanges of a worker share; everything here belongs to the worker's thread, but for what
/// all workers share.
final class ProxyContext {
  let shared: SharedContext
  let loop: EventLoop
  let router: Router
  /// How large, how many and how long anything may be.
  let bounds: Bounds
  /// The bounds that are a client's.
  let clientTerms: ServerConnection.Terms
  /// The bound of an answer's head.
  let answerLimits: HeadLimits
  /// How near the process is to its bound of memory.
  let pressure: Pressure
  let apis: [ApiRuntime]
  let desk: AdmissionDesk
  let dialer: Dialer
  let pool: ConnectionPool
  /// Ends the TLS of clients whose CONNECT is intercepted; nil without an authority.
  let interceptor: TLSServer?
  let log: ExchangeLog
  /// This process's name in `Via`: unlike any other's, so that a loop is seen.
  let pseudonym: String
  /// The `Via` field that every forwarded message gets.
  let via: [UInt8]
  /// Who may use the listeners that ask for a user; nil when none does.
  let authentication: Authentication?
  /// Client connections open now.
  var openClients = 0
  /// Requests under way.
  var openExchanges = 0
  /// Requests so far.
  var totalExchanges = 0
  /// Bytes that bodies kept for another attempt may still take.
  var replayRoom: Int
  /// Bytes of heads that requests may still keep while they wait.
  var parkingRoom: Int
  /// What made batches fail.
  let failedBatches: SharedFailedBatches
  /// Lent to who writes a whole message in one go; nothing is kept in it.
  private var scratch: [UInt8] = []
  /// Starts a task that goes on with a session that rested.
  var awaken: (ClientSession) -> Void = { _ in }
  /// Whether no new work is taken.
  var isDraining = false
  /// When draining ends the tunnels; nil while the process serves.
  var drainEnd: Instant?
  /// Tunnels under way.
  var openTunnels = 0 {
    didSet { shared.openTunnels.add(openTunnels - oldValue, ordering: .relaxed) }
  }
  private var date: (second: Int64, field: [UInt8]) = (.min, [])

  /// - Throws: `IOFailure` when libcurl cannot start, `StartFailure` for an authority that cannot be
  ///   used.
  init(_ shared: SharedContext, worker: Int = 0, on loop: EventLoop) throws {
    self.shared = shared
    self.loop = loop
    let rulebook = shared.rulebook
    interceptor = try Interceptor.server(
      for: rulebook, workers: shared.workers, at: loop.wall)
    log = ExchangeLog(shared.logger)
    router = Router(rulebook)
    authentication = shared.users.map { Authentication($0, on: loop) }
    failedBatches = shared.failedBatches
    bounds = rulebook.bounds.share(of: shared.workers)
    clientTerms = bounds.clientTerms
    answerLimits = bounds.answer
    replayRoom = bounds.replayTotal
    parkingRoom = bounds.parkedBytes
    desk = AdmissionDesk(shared.admission, worker: worker, on: loop, notices: shared.notices)
    dialer = try Dialer(
      loop, timeout: bounds.connectTime, lookUps: bounds.resolving,
      rules: AddressRules(networks: rulebook.unknownHosts.networks))
    let pool = ConnectionPool(loop, dialer, bounds: bounds.pool)
    self.pool = pool
    apis = rulebook.apis.map { ApiRuntime($0, in: pool) }
    pressure = shared.pressure
    pseudonym = shared.pseudonym
    var via: [UInt8] = []
    HeadWriter.field("Via", "1.1 \(pseudonym)", to: &via)
    self.via = via
  }

  /// Whether draining has lasted as long as tunnels may.
  var drainIsOver: Bool { drainEnd.map { loop.now >= $0 } ?? false }

  /// Refuses one tunnel more than there may be.
  func checkTunnels() throws(Problem) {
    guard shared.openTunnels.load(ordering: .relaxed) >= bounds.tunnels else { return }
    throw ProxyContext.tunnelsFull
  }

  /// Counts one more tunnel, and refuses it where that is more than there may be in all workers.
  func openTunnel() throws(Problem) {
    openTunnels += 1
    guard shared.openTunnels.load(ordering: .relaxed) > bounds.tunnels else { return }
    openTunnels -= 1
    throw ProxyContext.tunnelsFull
  }

  private static var tunnelsFull: Problem {
    var problem = Problem(503, "tunnels-full", "as many tunnels as may be are open")
    problem.retryAfter = .seconds(1)
    return problem
  }

  /// What the worker is doing.
  var report: WorkerReport {
    WorkerReport(
      clients: openClients, exchanges: openExchanges, total: totalExchanges,
      idleUpstream: pool.idleCount, tunnels: openTunnels, lookingUp: dialer.lookingUp,
      parkedBytes: bounds.parkedBytes - parkingRoom, replayBytes: bounds.replayTotal - replayRoom,
      longestTurn: loop.turns.longest.inSeconds * 1000)
  }

  /// Lends an empty array that has room from its last use.
  func withScratch<R, E: Error>(_ body: (inout [UInt8]) throws(E) -> R) throws(E) -> R {
    var lent: [UInt8] = []
    swap(&lent, &scratch)
    defer {
      lent.removeAll(keepingCapacity: lent.capacity <= 4 * Exchange.gather)
      swap(&lent, &scratch)
    }
    return try body(&lent)
  }

  /// The `Date` field for now; made once a second.
  func dateField() -> [UInt8] {
    let wall = loop.wall
    if wall.secondsSinceEpoch != date.second {
      var field: [UInt8] = []
      HeadWriter.field("Date", HTTPDate.text(of: wall), to: &field)
      date = (wall.secondsSinceEpoch, field)
    }
    return date.field
  }
}
