import Admission
import Events
import HTTPWire
import Timekeeping

/// Reading the answer's head and learning from it.
extension Exchange {
  /// Most interim answers to one request.
  private static let mostInterim = 64
  /// When the client is looked at for the first time while the origin is silent.
  private static let firstLook: Duration = .milliseconds(500)
  /// How much of a body is read to learn from it.
  private static let inspection = 64 << 10

  enum Learned { case relay, retry }

  /// Reads the answer's head; nil when the connection was dead and the request goes again.
  @inline(never)
  func readAnswer(
    from upstream: Upstream, to call: Call, under grant: Grant
  ) async throws(ExchangeEnd) -> Answer? {
    var parser = ResponseParser(limits: .response)
    do {
      while true {
        let parsed = try upstream.incoming.withReadable { bytes throws(WireError) in
          try parser.parse(bytes, to: head.method)
        }
        guard let answer = parsed else {
          if try await receive(from: upstream, within: .seconds(300)) > 0 { continue }
          throw IOFailure("recv", code: IOFailure.endOfStream)
        }
        upstream.incoming.consume(parser.consumed)
        guard answer.isInterim else { return try accept(answer, from: upstream) }
        try await take(interim: answer, from: upstream)
        parser.reset()
      }
    } catch let failure as IOFailure {
      let hasBegun = parser.hasBegun || upstream.interim > 0
      return try breakOff(upstream, failure, hasBegun: hasBegun, under: grant)
    } catch let error as WireError {
      context.desk.lost(grant.ticket)
      upstream.release(reusable: false)
      throw .refused(.badAnswer(error.reason))
    } catch {
      throw .cutOff
    }
  }

  private func accept(_ head: ResponseHead, from upstream: Upstream) throws(WireError) -> Answer {
    // Upgrade was not forwarded, so nobody asked (RFC 9110 section 7.8).
    guard head.status != 101 else {
      throw WireError(status: 502, reason: "the origin switches protocols unasked")
    }
    return Answer(head, from: upstream)
  }

  /// Reads more from the origin, waiting for it: the count, 0 at its end.
  ///
  /// Most answers come before the first look at the client; one that is gone is then found out
  /// even if its reset came with the request.
  func receive(
    from upstream: Upstream, within patience: Duration
  ) async throws(IOFailure) -> Int {
    let firstLook = min(patience, Exchange.firstLook)
    point.expire(after: firstLook)
    var hasLooked = false
    while true {
      if let count = try upstream.receive() { return count }
      if point.isExpired {
        guard !hasLooked, !clientHasLeft, firstLook < patience else { throw .timeout("recv") }
        hasLooked = true
        point.expire(after: patience - firstLook)
        noticeLeaving(client.stream.askForPeer())
      } else {
        noticeLeaving(client.stream.peerIsGone)
      }
      await point.wait()
    }
  }

  private func noticeLeaving(_ isGone: Bool) {
    guard isGone, !clientHasLeft else { return }
    clientHasLeft = true
    // An answer is still worth a moment: it tells when the slots are free again.
    point.expire(after: .milliseconds(250))
  }

  /// Counts an interim answer and passes it on.
  ///
  /// - Throws: `WireError` when there were too many.
  func take(
    interim answer: ResponseHead, from upstream: Upstream
  ) async throws(WireError) {
    upstream.interim += 1
    guard upstream.interim <= Exchange.mostInterim else {
      throw WireError(status: 502, reason: "more interim answers than any origin needs")
    }
    await relayInterim(answer)
  }

  /// Passes 102 and 103 on to clients that know them; 100 was ours to say.
  private func relayInterim(_ head: ResponseHead) async {
    guard head.status > 101, self.head.version == .http11 else { return }
    var output: [UInt8] = []
    OutgoingHead.answer(
      head, framing: .none, keepsLength: false, waited: .zero, closing: false, date: [],
      via: context.via, to: &output)
    // A client that has left is noticed when its answer is relayed.
    try? await client.write(output)
  }

  /// Without an answer a request that may be sent again goes again, once, on a fresh connection.
  private func breakOff(
    _ upstream: Upstream, _ failure: IOFailure, hasBegun: Bool, under grant: Grant
  ) throws(ExchangeEnd) -> Answer? {
    let ticket = grant.ticket
    guard !clientHasLeft else {
      upstream.release(reusable: false)
      context.desk.lost(ticket)
      throw .clientLeft
    }
    let wasDead = !hasBegun && !failure.isTimeout && upstream.connection.isReused
    upstream.release(reusable: false)
    let problem =
      failure.isTimeout
      ? Problem(504, "origin-timeout", "the origin did not answer in time")
      : Problem.badAnswer("the origin closed the connection before its answer was complete")
    guard wasDead, !needsFreshConnection, replay.isKept else {
      upstream.hasSent ? context.desk.lost(ticket) : context.desk.unsent(ticket)
      throw .refused(problem)
    }
    needsFreshConnection = true
    let verdict: Verdict
    if !upstream.hasSent {
      verdict = context.desk.retryUnsent(ticket)
    } else if head.method.isIdempotent {
      verdict = context.desk.retryUnanswered(ticket, canReplay: true)
    } else {
      context.desk.lost(ticket)
      throw .refused(problem)
    }
    if case .refused(let refusal) = verdict { throw .refused(Problem(refusal)) }
    return nil
  }

  /// Tells the engine what the answer says about limits, and hears whether to send again.
  @inline(never)
  func learn(
    from answer: Answer, to call: Call, under grant: Grant
  ) async throws(ExchangeEnd) -> Learned {
    let head = answer.head
    guard call.api.dialect.statuses.contains(head.status) else {
      _ = context.desk.responded(grant.ticket, nil, canReplay: false)
      return .relay
    }
    let ended = await inspect(answer)
    let signal = call.api.dialect.read(
      status: head.status, field: { head.block.joined(named: $0) }, body: answer.inspected)
    switch context.desk.responded(grant.ticket, signal, canReplay: replay.isKept) {
    case .relay: return .relay
    case .retry:
      lastProviderAnswer = providerAnswer(answer)
      answer.upstream.release(reusable: ended && head.keepAlive)
      return .retry
    case .refused(let refusal):
      answer.upstream.release(reusable: ended && head.keepAlive)
      throw .refused(Problem(refusal, provider: providerAnswer(answer)))
    }
  }

  /// Reads the body, as far as it is worth looking at; true when it ended.
  private func inspect(_ answer: Answer) async -> Bool {
    let incoming = answer.upstream.incoming
    let end = now + .seconds(10)
    while answer.inspected.count < Exchange.inspection {
      guard let step = answer.step() else { return false }
      switch step {
      case .data(let range):
        incoming.append(range, to: &answer.inspected)
        incoming.consume(range.upperBound)
      case .end(let consumed):
        incoming.consume(consumed)
        return true
      case .needsMore(let consumed):
        incoming.consume(consumed)
        let left = max(.zero, end - now)
        guard let count = try? await receive(from: answer.upstream, within: left) else {
          return false
        }
        if count == 0 {
          // Closing ends a body that has no other end; anything else is noticed by the relay.
          try? answer.body.endOfInput()
          return answer.body.isComplete
        }
      }
    }
    return false
  }

  private func providerAnswer(_ answer: Answer) -> Problem.ProviderAnswer {
    Problem.ProviderAnswer(
      status: answer.head.status, contentType: answer.head.block.value(.contentType),
      body: Array(answer.inspected.prefix(16 << 10)))
  }
}

extension Answer {
  /// What comes next in the body; nil when its framing is broken.
  func step() -> BodyStep? {
    if body.isComplete { return .end(consumed: 0) }
    return try? upstream.incoming.withReadable { bytes throws(WireError) in
      try body.decode(bytes)
    }
  }
}
