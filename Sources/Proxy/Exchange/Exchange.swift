import Admission
import Events
import HTTPWire
import Serving
import Timekeeping

/// One request and its answer through Penstock: the file to read first.
///
/// `serve` is the path: the head is understood (`Call`), the request waits until every limit has
/// room (`+Admission`), it is sent over a pooled connection (`+Request`), the answer's head is read
/// (`+Answer`), what it says about limits is learned (`+Learning`), and it is relayed (`+Relay`) or
/// the protocol switched (`+Upgrade`). A 429, or a failure after which the request may be repeated
/// (`+Failure`), sends it back to the head of its account's queue. CONNECT becomes a tunnel, or TLS
/// that ends here (`+Connect`).
///
/// A request that waits has no task: `run` ends, and is called again once there may be leave.
final class Exchange {
  let head: RequestHead
  let client: ServerConnection
  let entrance: Entrance
  let context: ProxyContext
  /// What was read of the request's body, for another attempt.
  var replay: ReplayBody
  /// Whether the next attempt must not use a pooled connection: the last one was dead.
  var needsFreshConnection = false
  /// Whether anything of an answer has gone to the client.
  var hasAnswered = false
  /// Whether the client may send another request after this one.
  var keepsClient: Bool
  /// Whether the client is known to be gone: there is nobody to answer.
  var clientHasLeft = false
  /// Whether the client was told to send its body.
  var hasContinued = false
  /// What the origin said when it last refused, for the problem document.
  var lastProviderAnswer: Problem.ProviderAnswer?
  /// What the request is, once it is understood.
  private var call: Call?
  /// Where leave to send is left while the request waits.
  var place: AdmissionDesk.Place?
  /// Bytes of memory that the request holds while it waits.
  var parkedBytes = 0
  /// Whose TLS the client was told to begin, which ends here.
  var intercepted: Intercepted?
  /// The request's API, once it is known, for the log.
  var apiName: String?

  /// Body bytes moved since the loop last served others.
  private var moved = 0
  /// Bytes of the request's body received so far.
  var bodyReceived: Int64 = 0
  /// How long the client was waited for while its body came.
  var bodyWaited: Duration = .zero
  /// Since when the client is being waited for.
  var bodyWaitBegan: Instant?

  var point: WaitPoint { client.point }
  var now: Instant { context.loop.now }

  init(
    _ head: RequestHead, from client: ServerConnection, through entrance: Entrance,
    in context: ProxyContext
  ) {
    self.head = head
    self.client = client
    self.entrance = entrance
    self.context = context
    keepsClient =
      head.keepAlive && client.served < context.bounds.requestsPerConnection
      && !context.pressure.isTight
    replay = ReplayBody(expecting: head.framing, bound: context.bounds.replay)
  }

  /// Serves the request: the client gets an answer, or its connection is closed.
  ///
  /// - Returns: Whether it is over; a request that waits is to be run again when its point wakes.
  func run() async -> Bool {
    do {
      guard try await serve() else { return false }
    } catch {
      await end(error)
    }
    replay.forget(in: &context.replayRoom)
    return true
  }

  private func serve() async throws(ExchangeEnd) -> Bool {
    if call == nil { call = try await begin() }
    // There is nothing to send for TLS that ends here.
    guard let call else { return true }
    var leave = place == nil ? try ask(for: call) : try await leave(for: call)
    while let grant = leave {
      if try await attempt(call, under: grant) { return true }
      wait(for: grant.ticket)
      leave = try await self.leave(for: call)
    }
    return false
  }

  /// Finds out whether the request may come in, and what it is.
  @inline(never)
  private func begin() async throws(ExchangeEnd) -> Call? {
    if client.needsUser { try await authenticate() }
    if context.pressure.isOverloaded { throw .refused(.overloaded) }
    return head.method == .connect ? try await understandConnect() : try await understand()
  }

  /// Sends the request once: false when it waits for another attempt.
  @inline(never)
  private func attempt(_ call: Call, under grant: Grant) async throws(ExchangeEnd) -> Bool {
    guard let upstream = try await connect(call, under: grant) else { return false }
    if head.method == .connect {
      try await openTunnel(through: upstream, under: grant)
      return true
    }
    try await send(call, to: upstream, under: grant)
    guard let answer = try await readAnswer(from: upstream, to: call, under: grant),
      try await learn(from: answer, to: call, under: grant) == .relay
    else { return false }
    if answer.head.status == 101 {
      try await switchProtocols(answer, to: call, under: grant)
    } else {
      try await relay(answer, under: grant)
    }
    return true
  }

  /// Counts body bytes, and lets the loop serve others after each mebibyte: a transfer whose
  /// both peers keep up would hold every other exchange for as long as it takes.
  func count(moved bytes: Int) async {
    // A piece costs time of its own: chunks of one byte each are the most work.
    moved += bytes + 64
    guard moved >= 1 << 20 else { return }
    moved = 0
    await context.loop.stepAside()
  }

  /// Finds out which user sends the request.
  @inline(never)
  private func authenticate() async throws(ExchangeEnd) {
    do throws(Problem) {
      guard let authentication = context.authentication else {
        throw Problem(503, "no-users", "this address asks for users and knows none", closes: true)
      }
      client.caller = try await authentication.check(head, from: client)
    } catch {
      throw .refused(error)
    }
  }

  /// Finds out what the request is; reads its body only where that may name the account.
  @inline(never)
  private func understand() async throws(ExchangeEnd) -> Call {
    try checkLength()
    if head.method == .options, head.block.maxForwards == 0 { throw .answeredHere }
    do {
      let destination = try Call.destination(of: head, through: entrance, in: context)
      let api = context.apis[destination.api]
      apiName = api.name
      var body: [UInt8]?
      if api.searchesBodies, Call.needsBody(head, to: destination, in: context) {
        body = try await readAhead()
      }
      return try Call(head, body: body, to: destination, from: client.caller, in: context)
    } catch let problem as Problem {
      throw .refused(problem)
    } catch let end as ExchangeEnd {
      throw end
    } catch {
      throw .clientLeft
    }
  }
}
