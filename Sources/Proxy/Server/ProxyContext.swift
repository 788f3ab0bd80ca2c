import Dialing
import Events
import HTTPWire
import Interception
import Logging
import Policy
import Serving
import Timekeeping

/// What all exchanges of a worker share; everything here belongs to the worker's thread.
final class ProxyContext {
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
  /// Reads a key's secret again.
  let readSecret: SecretSource.Reading
  /// This process's name in `Via`: unlike any other's, so that a loop is seen.
  let pseudonym: String
  /// The `Via` field that every forwarded message gets.
  let via: [UInt8]
  /// Who may use the listeners that ask for a user; nil when none does.
  var authentication: Authentication?
  /// When the process began to serve.
  let started: Instant
  /// How many lines of the log were lost so far.
  let lostLines: @Sendable () -> Int
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
  var failedBatches = FailedBatches()
  /// Starts a task that goes on with a session that rested.
  var awaken: (ClientSession) -> Void = { _ in }
  /// Whether no new work is taken.
  var isDraining = false
  /// When draining ends the tunnels; nil while the process serves.
  var drainEnd: Instant?
  /// Tunnels under way.
  var openTunnels = 0
  private var date: (second: Int64, field: [UInt8]) = (.min, [])

  /// - Throws: `IOFailure` when libcurl cannot start, `StartFailure` for an authority that cannot be
  ///   used.
  init(
    _ rulebook: Rulebook, on loop: EventLoop, logger: Logger,
    readSecret: @escaping SecretSource.Reading = SecretSource.unread,
    lostLines: @escaping @Sendable () -> Int = { 0 }
  ) throws {
    self.lostLines = lostLines
    self.loop = loop
    self.readSecret = readSecret
    interceptor = try Interceptor.server(for: rulebook, at: loop.wall)
    log = ExchangeLog(logger)
    router = Router(rulebook)
    bounds = rulebook.bounds
    clientTerms = bounds.clientTerms
    answerLimits = bounds.answer
    replayRoom = bounds.replayTotal
    parkingRoom = bounds.parkedBytes
    desk = AdmissionDesk(rulebook, on: loop, notices: NoticeLog(logger))
    dialer = try Dialer(
      loop, timeout: bounds.connectTime, lookUps: bounds.resolving,
      rules: AddressRules(networks: rulebook.unknownHosts.networks))
    let pool = ConnectionPool(loop, dialer, bounds: bounds.pool)
    self.pool = pool
    apis = rulebook.apis.map { ApiRuntime($0, in: pool) }
    pressure = Pressure(loop, bound: bounds.memory, logger: logger)
    pseudonym = "penstock-" + String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)
    var via: [UInt8] = []
    HeadWriter.field("Via", "1.1 \(pseudonym)", to: &via)
    self.via = via
    started = loop.now
  }

  /// Whether draining has lasted as long as tunnels may.
  var drainIsOver: Bool { drainEnd.map { loop.now >= $0 } ?? false }

  /// Refuses one tunnel more than there may be.
  func checkTunnels() throws(Problem) {
    guard openTunnels >= bounds.tunnels else { return }
    var problem = Problem(503, "tunnels-full", "as many tunnels as may be are open")
    problem.retryAfter = .seconds(1)
    throw problem
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
