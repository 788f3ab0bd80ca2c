import Admission
import Dialing
import Events
import HTTPWire
import Serving
import Timekeeping

/// Connecting and sending.
extension Exchange {
  /// Most bytes gathered in front of one write.
  static let gather = 32 << 10
  /// Most bytes around a chunk's data.
  private static let chunkFrame = 32

  /// Takes a pooled connection or makes one; nil when none came about and the request waits for
  /// another attempt.
  func connect(_ call: Call, under grant: Grant) async throws(ExchangeEnd) -> Upstream? {
    if let upstream = pooled(call) { return upstream }
    return try await dial(call, under: grant)
  }

  /// A pooled connection; nil when there is none, or a new one is needed.
  private func pooled(_ call: Call) -> Upstream? {
    guard !needsFreshConnection,
      let connection = context.pool.take(call.slot, at: context.loop.turnTime)
    else { return nil }
    connection.stream.waitPoint = point
    return Upstream(connection, in: context)
  }

  /// Makes a connection; nil when none came about and the request waits for another attempt.
  @inline(never)
  private func dial(_ call: Call, under grant: Grant) async throws(ExchangeEnd) -> Upstream? {
    // The dial ends by itself; this is for a name that another dial looks up.
    point.expire(after: context.bounds.connectTime + .seconds(1))
    let client = client
    do {
      let connection = try await context.pool.dial(
        call.slot, at: point, unless: { client.stream.peerIsGone })
      guard let connection else {
        context.desk.unsent(grant.ticket)
        throw ExchangeEnd.clientLeft
      }
      connection.stream.waitPoint = point
      return Upstream(connection, in: context)
    } catch let failure as DialFailure {
      try giveUp(failure, of: call, under: grant)
      return nil
    } catch {
      throw .clientLeft
    }
  }

  /// Sends a request that is all there over a pooled connection; nil when it takes more than that.
  ///
  /// What the origin's system does not take at once is kept for `readAnswer`.
  func sendAtOnce(_ call: Call, under grant: Grant) -> Upstream? {
    guard isWhole, head.method != .connect, let upstream = pooled(call) else { return nil }
    sendWhole(call, to: upstream, under: grant)
    point.expire(after: min(context.bounds.answerIdle, Exchange.firstLook))
    return upstream
  }

  /// Whether all of the request is there, small and without chunks: it leaves in one write.
  private var isWhole: Bool {
    if client.bodyIsComplete { return framingUpstream != .chunked }
    guard case .length(let count) = head.framing, count <= Exchange.gather else { return false }
    return client.hasInput && Int64(client.input.count) + Int64(replay.bytes.count) >= count
  }

  /// Gives the whole request to the origin's system; what that does not take is kept.
  private func sendWhole(_ call: Call, to upstream: Upstream, under grant: Grant) {
    context.withScratch { output in
      writeWhole(call, under: grant, to: &output)
      client.releaseInput()
      let sent = push(output, to: upstream)
      if let sent, sent < output.count { upstream.unsent = Array(output[sent...]) }
      upstream.isSent = sent == output.count
      // The key is in it, on every way out.
      output.wipe()
    }
    if upstream.isSent { upstream.undelivered = grant.ticket }
  }

  /// Appends a request whose body is all there.
  private func writeWhole(_ call: Call, under grant: Grant, to output: inout [UInt8]) {
    write(call, under: grant, to: &output)
    while case .data(let range) = try? client.bodyStep() {
      replay.keep(range.count, in: &context.replayRoom) { client.input.append(range, to: &$0) }
      output.makeRoom(for: range.count)
      client.input.append(range, to: &output)
      client.input.consume(range.upperBound)
    }
  }

  /// Appends the request's head as it leaves, and what was read ahead of its body.
  private func write(_ call: Call, under grant: Grant, to output: inout [UInt8]) {
    let framing = framingUpstream
    output.reserveCapacity(head.block.bytes.count + client.heldInput + 512)
    OutgoingHead.request(call, key: grant.key, framing: framing, via: context.via, to: &output)
    appendReplay(framing, to: &output)
  }

  /// Sends the head, then the body as it comes, and stops when the origin answers early.
  ///
  /// A connection that breaks is no error here: the answer may have come before it broke.
  @inline(never)
  func send(_ call: Call, to upstream: Upstream, under grant: Grant) async throws(ExchangeEnd) {
    guard !isWhole else { return sendWhole(call, to: upstream, under: grant) }
    var output: [UInt8] = []
    write(call, under: grant, to: &output)
    defer { output.wipe() }
    point.expire(after: client.patience.body)
    do {
      var goesOn = true
      while goesOn { goesOn = try await sendMore(&output, framingUpstream, to: upstream) }
    } catch {
      throw giveUp(upstream, under: grant, error)
    }
    if upstream.isSent { upstream.undelivered = grant.ticket }
  }

  /// Sends what the origin's system did not take of a request that was there as a whole.
  func sendRest(to upstream: Upstream, under grant: Grant) async throws(ExchangeEnd) {
    guard !upstream.unsent.isEmpty else { return }
    var rest = upstream.unsent
    upstream.unsent = []
    defer { rest.wipe() }
    point.expire(after: client.patience.body)
    do {
      upstream.isSent = try await flush(&rest, to: upstream)
    } catch {
      throw giveUp(upstream, under: grant, error)
    }
    if upstream.isSent { upstream.undelivered = grant.ticket }
  }

  /// Nothing more is sent of a request: what the engine must know of that.
  private func giveUp(
    _ upstream: Upstream, under grant: Grant, _ end: ExchangeEnd
  ) -> ExchangeEnd {
    upstream.hasSent ? context.desk.lost(grant.ticket) : context.desk.unsent(grant.ticket)
    upstream.release(reusable: false)
    return end
  }

  /// The body's framing for the origin: a method that means a body always says its length.
  private var framingUpstream: BodyFraming {
    guard head.framing == .none else { return head.framing }
    switch head.method {
    case .post, .put, .patch: return .length(0)
    default: return .none
    }
  }

  private func appendReplay(_ framing: BodyFraming, to output: inout [UInt8]) {
    guard !replay.bytes.isEmpty else { return }
    output.makeRoom(for: replay.bytes.count + Exchange.chunkFrame)
    if framing == .chunked { HeadWriter.chunkSize(replay.bytes.count, to: &output) }
    output.append(contentsOf: replay.bytes)
    if framing == .chunked { HeadWriter.lineEnd(to: &output) }
  }

  /// Handles the next piece of the body; false when the request is sent or cannot be sent further.
  private func sendMore(
    _ output: inout [UInt8], _ framing: BodyFraming, to upstream: Upstream
  ) async throws(ExchangeEnd) -> Bool {
    let client = client
    switch try step() {
    case .data(let range):
      replay.keep(range.count, in: &context.replayRoom) { client.input.append(range, to: &$0) }
      let isGathered = output.count + range.count <= Exchange.gather
      output.makeRoom(for: (isGathered ? range.count : 0) + Exchange.chunkFrame)
      if framing == .chunked { HeadWriter.chunkSize(range.count, to: &output) }
      var goesOn = true
      if isGathered {
        client.input.append(range, to: &output)
      } else {
        goesOn = try await flush(&output, then: range, to: upstream)
      }
      client.input.consume(range.upperBound)
      if framing == .chunked { HeadWriter.lineEnd(to: &output) }
      await count(moved: range.count)
      return goesOn
    case .end(let consumed):
      client.input.consume(consumed)
      output.makeRoom(for: Exchange.chunkFrame)
      if framing == .chunked { HeadWriter.lastChunk(to: &output) }
      client.releaseInput()
      upstream.isSent = try await flush(&output, to: upstream)
      return false
    case .needsMore(let consumed):
      client.input.consume(consumed)
      guard try await flush(&output, to: upstream) else { return false }
      return try await receiveMore(from: upstream)
    }
  }

  /// Writes everything; false when the origin answered first or the connection broke.
  private func flush(
    _ output: inout [UInt8], then range: Range<Int> = 0..<0, to upstream: Upstream,
    after start: Int = 0
  ) async throws(ExchangeEnd) -> Bool {
    let total = output.count + range.count
    var done = start
    while done < total {
      guard let sent = push(output, then: range, after: done, to: upstream) else { return false }
      done += sent
      if sent > 0 {
        point.expire(after: client.patience.body)
      } else {
        if await hasEarlyAnswer(upstream) { return false }
        if point.isExpired {
          throw .refused(Problem(504, "origin-stalled", "the origin stopped reading the request"))
        }
        await point.wait()
      }
    }
    output.wipe()
    output.removeAll(keepingCapacity: true)
    return true
  }

  /// Writes what the origin's system takes now: the count, nil when the connection broke.
  private func push(
    _ output: [UInt8], then range: Range<Int> = 0..<0, after done: Int = 0, to upstream: Upstream
  ) -> Int? {
    let rest = range.isEmpty ? nil : client.input
    guard
      let sent = try? upstream.connection.stream.send(output, then: rest, range, after: done)
    else { return nil }
    // Over TLS a record may have left although the write must be repeated.
    if sent > 0 || upstream.connection.isSecure { upstream.hasSent = true }
    return sent
  }

  /// Whether the origin answered or left before it had the whole request.
  ///
  /// Interim answers do not count: an origin that says 100 or 103 waits for the rest of the body.
  func hasEarlyAnswer(_ upstream: Upstream) async -> Bool {
    do {
      while let count = try upstream.receive() {
        guard count > 0, try await isInterim(upstream) else { return true }
      }
      return false
    } catch {
      return true
    }
  }

  /// Passes on the interim answers received; false once the final one is there.
  private func isInterim(_ upstream: Upstream) async throws(WireError) -> Bool {
    while !upstream.incoming.isEmpty {
      var parser = ResponseParser(limits: context.answerLimits)
      let parsed = try upstream.incoming.withReadable { bytes throws(WireError) in
        try parser.parse(bytes, to: head.method)
      }
      guard let answer = parsed else { return true }
      guard answer.isInterim else { return false }
      upstream.incoming.consume(parser.consumed)
      try await take(interim: answer, from: upstream)
      bodyPatience()
    }
    return true
  }
}
