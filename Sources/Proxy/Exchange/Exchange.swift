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
/// The usual exchange needs no task: `advance` takes the same steps as `serve` without waiting, and
/// gives up what takes more to a task, which goes on with `run` from the stage that was reached.
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
  /// How far the exchange has come.
  var stage = Stage.begun
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
  /// - Returns: Whether it is over; a request that waits for leave is to be run again when its point
  ///   wakes.
  func run() async -> Bool {
    do {
      guard try await serve() else { return false }
    } catch {
      await end(error)
    }
    finish()
    return true
  }

  private func serve() async throws(ExchangeEnd) -> Bool {
    while true {
      switch stage {
      case .begun:
        guard let call = try await begin() else { return true }
        stage = .understood(call)
      case .understood(let call):
        stage = try ask(for: call)
      case .parked(let call):
        guard let grant = try await leave(for: call) else { return false }
        stage = .granted(call, grant)
      case .granted(let call, let grant):
        guard let upstream = try await connect(call, under: grant) else {
          stage = wait(for: grant.ticket, of: call)
          continue
        }
        if head.method == .connect {
          try await openTunnel(through: upstream, under: grant)
          return true
        }
        try await send(call, to: upstream, under: grant)
        stage = .sent(call, grant, upstream)
      case .sent(let call, let grant, let upstream):
        if try await answer(call, under: grant, from: upstream) { return true }
        stage = wait(for: grant.ticket, of: call)
      case .answered(let rest):
        try await write(rest)
        return true
      case .failed(let end): throw end
      case .over: return true
      }
    }
  }

  /// Takes the steps of `serve` that need no waiting.
  func advance() -> Progress {
    do throws(ExchangeEnd) {
      while true {
        switch stage {
        case .begun:
          guard let call = try understandAtOnce() else { return .needsTask }
          stage = .understood(call)
        case .understood(let call):
          stage = try ask(for: call)
        case .parked(let call):
          guard !clientHasLeft, !client.stream.peerIsGone else { return .needsTask }
          guard let grant = try takeLeave(for: call) else { return .waits }
          stage = .granted(call, grant)
        case .granted(let call, let grant):
          guard let upstream = sendAtOnce(call, under: grant) else { return .needsTask }
          stage = .sent(call, grant, upstream)
          return upstream.isSent ? .waits : .needsTask
        case .sent(let call, let grant, let upstream):
          if let progress = try answerAtOnce(call, under: grant, from: upstream) {
            return progress
          }
        case .answered, .failed: return .needsTask
        case .over: return .over
        }
      }
    } catch {
      stage = .failed(error)
      return .needsTask
    }
  }

  /// Marks the end of an exchange that went through at once; `rest` is what the client has not
  /// taken of the answer.
  func complete(leaving rest: [UInt8]) -> Progress {
    guard rest.isEmpty else {
      stage = .answered(rest)
      return .needsTask
    }
    stage = .over
    finish()
    return .over
  }

  private func finish() { replay.forget(in: &context.replayRoom) }

  /// Finds out whether the request may come in, and what it is.
  @inline(never)
  private func begin() async throws(ExchangeEnd) -> Call? {
    if client.needsUser { try await authenticate() }
    if context.pressure.isOverloaded { throw .refused(.overloaded) }
    return head.method == .connect ? try await understandConnect() : try await understand()
  }

  /// Reads the answer and passes it on: false when the request waits for another attempt.
  @inline(never)
  private func answer(
    _ call: Call, under grant: Grant, from upstream: Upstream
  ) async throws(ExchangeEnd) -> Bool {
    try await sendRest(to: upstream, under: grant)
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

  /// Finds out what the request is, where no body and no user have to be looked at; nil otherwise.
  private func understandAtOnce() throws(ExchangeEnd) -> Call? {
    guard head.method != .connect, head.method != .options, !client.needsUser else { return nil }
    if context.pressure.isOverloaded { throw .refused(.overloaded) }
    let (destination, needsBody) = try findDestination()
    return needsBody ? nil : try call(to: destination, body: nil)
  }

  /// Finds out what the request is; reads its body only where that may name the account.
  @inline(never)
  private func understand() async throws(ExchangeEnd) -> Call {
    if head.method == .options, head.block.maxForwards == 0 { throw .answeredHere }
    let (destination, needsBody) = try findDestination()
    return try call(to: destination, body: needsBody ? try await readAhead() : nil)
  }

  /// Where the request goes, and whether its body may name the account.
  private func findDestination() throws(ExchangeEnd) -> (Destination, needsBody: Bool) {
    try checkLength()
    do throws(Problem) {
      let destination = try Call.destination(of: head, through: entrance, in: context)
      let api = context.apis[destination.api]
      apiName = api.name
      return (
        destination, api.searchesBodies && Call.needsBody(head, to: destination, in: context)
      )
    } catch {
      throw .refused(error)
    }
  }

  private func call(to destination: Destination, body: [UInt8]?) throws(ExchangeEnd) -> Call {
    do throws(Problem) {
      return try Call(head, body: body, to: destination, from: client.caller, in: context)
    } catch {
      throw .refused(error)
    }
  }
}
