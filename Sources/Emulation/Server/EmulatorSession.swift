import Events
import HTTPWire
import Serving
import Timekeeping

/// One connection to an emulated provider: its requests, one after the other.
///
/// A request counts even when its client leaves while it is under way: it was sent.
final class EmulatorSession {
  /// A transfer lets others have the loop after so many bytes.
  private static let turn: Int64 = 1 << 20

  private let client: ServerConnection
  private let context: EmulatorContext
  private let alarm: Alarm

  init(_ client: ServerConnection, in context: EmulatorContext) {
    self.client = client
    self.context = context
    alarm = Alarm(context.loop, at: client.point)
  }

  /// Serves until the client leaves or the connection cannot go on.
  func run() async {
    do {
      while let head = try await client.readHead() {
        guard try await serve(head) else { return await client.finish() }
      }
      client.close()
    } catch {
      await refuse(error)
    }
  }

  /// Serves one request; whether the connection can serve another.
  private func serve(_ head: RequestHead) async throws(ServingFailure) -> Bool {
    guard let target = target(of: head) else {
      let reply = EmulatorReply(
        status: 501, code: "no_tunnels", reason: "a provider is no proxy: CONNECT is refused")
      try await write(reply, to: head, received: nil, closing: true)
      return false
    }
    let body = try await readBody(of: head)
    client.releaseInput()
    let reply = await answer(head, target, body)
    try await write(
      reply, to: head, received: head.method.carriesContent ? body.length : nil,
      closing: !head.keepAlive)
    return head.keepAlive
  }

  /// The answer, when it is ready.
  private func answer(
    _ head: RequestHead, _ target: String, _ body: RequestBody
  ) async -> EmulatorReply {
    let method = head.block.string(head.methodRange)
    if let order = EmulatorOrder(method: method, target: target) { return context.obey(order) }
    await alarm.sleep(until: context.arrival())
    let request = EmulatedRequest(
      method: method, target: target, field: { head.block.value(named: $0) }, body: body)
    let (reply, ready) = context.count(request)
    await alarm.sleep(until: ready)
    return reply
  }

  /// The target in origin form; nil for CONNECT.
  private func target(of head: RequestHead) -> String? {
    switch head.target {
    case .origin, .asterisk: return head.block.string(head.targetRange)
    case .absolute(_, _, _, let path):
      let text = head.block.string(path)
      return text.hasPrefix("/") ? text : "/" + text
    case .authority: return nil
    }
  }

  /// Reads the content.
  private func readBody(of head: RequestHead) async throws(ServingFailure) -> RequestBody {
    // Hashing every byte of a large upload would slow down all who share the loop.
    var body = RequestBody(isFingerprinted: head.block.value(named: "idempotency-key") != nil)
    var piece: [UInt8] = []
    var turnEnds = EmulatorSession.turn
    var owesContinue = head.expectsContinue
    client.point.expire(after: client.patience.body)
    while true {
      switch try client.bodyStep() {
      case .data(let range):
        piece.removeAll(keepingCapacity: true)
        client.input.append(range, to: &piece)
        client.input.consume(range.upperBound)
        body.append(piece)
        if body.length >= turnEnds {
          turnEnds = body.length + EmulatorSession.turn
          await context.loop.stepAside()
        }
      case .end(let consumed):
        if consumed > 0 { client.input.consume(consumed) }
        return body
      case .needsMore(let consumed):
        if consumed > 0 { client.input.consume(consumed) }
        if owesContinue {
          owesContinue = false
          try await client.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        }
        try await receiveMore()
      }
    }
  }

  private func receiveMore() async throws(ServingFailure) {
    client.point.expire(after: client.patience.body)
    while try client.receiveBody() == nil {
      if client.point.isExpired {
        throw .malformed(WireError(status: 408, reason: "the request's body took too long"))
      }
      await client.point.wait()
    }
  }

  private func write(
    _ reply: EmulatorReply, to head: RequestHead?, received: Int64?, closing: Bool
  ) async throws(ServingFailure) {
    var output = reply.head(received: received, closing: closing)
    guard head?.method != .head else { return try await client.write(output) }
    switch reply.content {
    case .text(let bytes):
      output.append(contentsOf: bytes)
      try await client.write(output)
    case .filler(let count):
      try await stream(count, behind: output)
    }
  }

  private func stream(_ count: Int64, behind head: [UInt8]) async throws(ServingFailure) {
    let filler = context.filler
    var output = head
    var done: Int64 = 0
    repeat {
      let piece = Int(min(count - done, Int64(filler.count)))
      try await client.write(output, then: filler, 0..<piece)
      output = []
      done += Int64(piece)
      if done % EmulatorSession.turn == 0 { await context.loop.stepAside() }
    } while done < count
  }

  private func refuse(_ failure: ServingFailure) async {
    guard case .malformed(let error) = failure else { return client.close() }
    let reply = EmulatorReply(status: error.status, code: "bad_request", reason: error.reason)
    do {
      try await write(reply, to: nil, received: nil, closing: true)
      await client.finish()
    } catch {
      client.close()
    }
  }
}

extension Method {
  /// Whether requests with it bring content, whose size the answer tells.
  fileprivate var carriesContent: Bool { self == .post || self == .put || self == .patch }
}
