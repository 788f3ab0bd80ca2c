import Admission
import Events
import HTTPWire
import Serving
import Timekeeping

/// Relaying the answer.
extension Exchange {
  /// Sends the answer to the client as it comes, with backpressure: one buffer each way.
  @inline(never)
  func relay(_ answer: Answer, under grant: Grant) async throws(ExchangeEnd) {
    let framing = framingForClient(answer.head)
    var output: [UInt8] = []
    writeHead(of: answer, framing, under: grant, to: &output)
    do {
      try await relayBody(answer, framing, &output)
    } catch {
      context.desk.lost(grant.ticket)
      answer.upstream.release(reusable: false)
      throw error
    }
    context.desk.finished(grant.ticket)
    answer.upstream.release(reusable: answer.head.keepAlive)
  }

  /// Passes on an answer that is there as a whole, in one write.
  func relayAtOnce(_ answer: Answer, under grant: Grant) throws(ExchangeEnd) -> Progress {
    let incoming = answer.upstream.incoming
    let rest = try context.withScratch { output throws(ExchangeEnd) in
      writeHead(of: answer, framingForClient(answer.head), under: grant, to: &output)
      incoming.append(0..<incoming.count, to: &output)
      incoming.clear()
      context.desk.finished(grant.ticket)
      answer.upstream.release(reusable: answer.head.keepAlive)
      hasAnswered = true
      guard let sent = try? client.stream.send(output, from: 0, then: nil, 0..<0) else {
        throw .clientLeft
      }
      return sent < output.count ? Array(output[sent...]) : []
    }
    return complete(leaving: rest)
  }

  /// Appends the answer's head as it leaves, with room for the body that has come.
  private func writeHead(
    of answer: Answer, _ framing: BodyFraming, under grant: Grant, to output: inout [UInt8]
  ) {
    keepsClient =
      keepsClient && framing != .untilClose && client.bodyIsComplete && !context.isDraining
    output.reserveCapacity(answer.head.block.bytes.count + 256 + answer.upstream.incoming.count)
    OutgoingHead.answer(
      answer.head, framing: framing, keepsLength: keepsLength(answer.head), waited: grant.waited,
      closing: !keepsClient, date: context.dateField(), via: context.via, to: &output)
  }

  /// Writes the rest of an answer that was read to its end.
  func write(_ rest: [UInt8]) async throws(ExchangeEnd) {
    do {
      try await client.write(rest)
    } catch {
      throw .clientLeft
    }
  }

  private func relayBody(
    _ answer: Answer, _ framing: BodyFraming, _ output: inout [UInt8]
  ) async throws(ExchangeEnd) {
    let incoming = answer.upstream.incoming
    appendInspected(answer, framing, to: &output)
    while true {
      guard let step = answer.step() else { throw brokenAnswer }
      switch step {
      case .data(let range):
        if framing == .chunked { HeadWriter.chunkSize(range.count, to: &output) }
        if output.count + range.count <= Exchange.gather {
          incoming.append(range, to: &output)
        } else {
          try await write(&output, then: incoming, range)
        }
        incoming.consume(range.upperBound)
        if framing == .chunked { HeadWriter.lineEnd(to: &output) }
        await count(moved: range.count)
      case .end(let consumed):
        incoming.consume(consumed)
        if framing == .chunked { HeadWriter.lastChunk(to: &output) }
        return try await write(&output)
      case .needsMore(let consumed):
        incoming.consume(consumed)
        try await write(&output)
        try await receiveMore(of: answer)
      }
    }
  }

  private func appendInspected(
    _ answer: Answer, _ framing: BodyFraming, to output: inout [UInt8]
  ) {
    guard !answer.inspected.isEmpty else { return }
    if framing == .chunked { HeadWriter.chunkSize(answer.inspected.count, to: &output) }
    output.append(contentsOf: answer.inspected)
    if framing == .chunked { HeadWriter.lineEnd(to: &output) }
    answer.forgetInspected()
  }

  private func receiveMore(of answer: Answer) async throws(ExchangeEnd) {
    do {
      let count = try await receive(from: answer.upstream, within: context.bounds.answerIdle)
      if count == 0 { try answer.body.endOfInput() }
    } catch {
      throw brokenAnswer
    }
  }

  private func write(
    _ output: inout [UInt8], then buffer: ByteBuffer? = nil, _ range: Range<Int> = 0..<0
  ) async throws(ExchangeEnd) {
    guard !output.isEmpty || !range.isEmpty else { return }
    hasAnswered = true
    do {
      try await client.write(output, then: buffer, range)
    } catch {
      throw .clientLeft
    }
    output.removeAll(keepingCapacity: true)
  }

  /// A broken answer is a 502 as long as nothing of it was sent.
  private var brokenAnswer: ExchangeEnd {
    clientHasLeft
      ? .clientLeft
      : hasAnswered
        ? .cutOff : .refused(.badAnswer("the origin's answer broke off or its framing is wrong"))
  }

  /// The body's framing for the client: always our own, whatever the origin used.
  private func framingForClient(_ head: ResponseHead) -> BodyFraming {
    switch head.framing {
    case .none, .length: head.framing
    case .chunked, .untilClose: self.head.version == .http11 ? .chunked : .untilClose
    }
  }

  /// An answer without a body may still tell the length it would have had.
  private func keepsLength(_ head: ResponseHead) -> Bool {
    head.framing == .none && (self.head.method == .head || head.status == 304)
  }
}
