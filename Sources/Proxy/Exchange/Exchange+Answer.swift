import Admission
import Events
import HTTPWire
import Timekeeping

/// Reading the answer's head.
extension Exchange {
  /// When the client is looked at for the first time while the origin is silent, and how often it
  /// is asked whether the request was delivered.
  static let firstLook: Duration = .milliseconds(500)

  /// Reads the answer's head; nil when none came and the request waits for another attempt.
  @inline(never)
  func readAnswer(
    from upstream: Upstream, to call: Call, under grant: Grant
  ) async throws(ExchangeEnd) -> Answer? {
    var parser = ResponseParser(limits: context.answerLimits)
    do {
      while true {
        let parsed = try upstream.incoming.withReadable { bytes throws(WireError) in
          try parser.parse(bytes, to: head.method)
        }
        guard let answer = parsed else {
          if try await receive(from: upstream, within: context.bounds.answerIdle) > 0 { continue }
          throw IOFailure("recv", code: IOFailure.endOfStream)
        }
        upstream.incoming.consume(parser.consumed)
        guard answer.isInterim else { return try accept(answer, from: upstream, to: call) }
        try await take(interim: answer, from: upstream)
        parser.reset()
      }
    } catch let failure as IOFailure {
      let hasBegun = parser.hasBegun || upstream.interim > 0
      try breakOff(upstream, failure, hasBegun: hasBegun, of: call, under: grant)
      return nil
    } catch let error as WireError {
      context.desk.lost(grant.ticket)
      upstream.release(reusable: false)
      throw .refused(.badAnswer(error.reason))
    } catch {
      throw .cutOff
    }
  }

  /// Reads the answer and passes it on, where all of it is there at once; nil when the request waits
  /// for another attempt, whose leave may have come already.
  ///
  /// Takes nothing of what was received before it is sure of that: a task begins with the same bytes.
  func answerAtOnce(
    _ call: Call, under grant: Grant, from upstream: Upstream
  ) throws(ExchangeEnd) -> Progress? {
    guard let count = try? upstream.receive() else {
      return point.isExpired || client.stream.peerIsGone || upstream.connection.stream.canReceive
        ? .needsTask : .waits
    }
    let incoming = upstream.incoming
    guard count > 0, !clientHasLeft, let (head, consumed) = wholeAnswer(in: incoming),
      !call.wantsBody(of: head)
    else { return .needsTask }
    incoming.consume(consumed)
    let answer = Answer(head, from: upstream, within: client.terms.body)
    guard try heed(answer, to: call, under: grant) == .relay else {
      stage = wait(for: grant.ticket, of: call)
      return nil
    }
    return try relayAtOnce(answer, under: grant)
  }

  /// The final answer's head and its length, if the answer ends with the bytes that are there.
  private func wholeAnswer(in incoming: ByteBuffer) -> (ResponseHead, Int)? {
    var parser = ResponseParser(limits: context.answerLimits)
    let parsed = incoming.withReadable { bytes in try? parser.parse(bytes, to: head.method) }
    guard let answer = parsed.flatMap(\.self), !answer.isInterim, answer.status != 101 else {
      return nil
    }
    switch answer.framing {
    case .none where incoming.count == parser.consumed: return (answer, parser.consumed)
    case .length(let length)
    where Int64(incoming.count - parser.consumed) == length && length <= Exchange.gather:
      return (answer, parser.consumed)
    default: return nil
    }
  }

  private func accept(
    _ head: ResponseHead, from upstream: Upstream, to call: Call
  ) throws(WireError) -> Answer {
    // Only what was asked for and allowed was forwarded (RFC 9110 section 7.8).
    guard head.status != 101 || Upgrade.chosen(by: head, among: call.upgrade) != nil else {
      throw WireError(status: 502, reason: "the origin switches protocols unasked")
    }
    return Answer(head, from: upstream, within: client.terms.body)
  }

  /// Reads more from the origin, waiting for it: the count, 0 at its end.
  ///
  /// Most answers come before the first look at the client; one that is gone is then found out
  /// even if its reset came with the request. Only then it matters when the request arrived, too:
  /// the arrival horizon runs from when the origin's system has acknowledged it, not from when it
  /// was written, so that no delay on the way there can break a limit.
  func receive(
    from upstream: Upstream, within patience: Duration
  ) async throws(IOFailure) -> Int {
    let look = min(patience, Exchange.firstLook)
    var began = context.loop.turnTime
    // A task that was begun because the answer is late looks at once, and has waited already.
    if point.isExpired { began = began - look } else { point.expire(after: look) }
    var hasLooked = false
    while true {
      if let count = try upstream.receive() { return count }
      if point.isExpired {
        let left = patience - (now - began)
        guard !clientHasLeft, left > .milliseconds(1) else { throw .timeout("recv") }
        noticeDelivery(upstream)
        point.expire(after: upstream.undelivered == nil ? left : min(left, Exchange.firstLook))
        if !hasLooked { noticeLeaving(client.stream.askForPeer()) }
        hasLooked = true
      } else {
        noticeLeaving(client.stream.peerIsGone)
      }
      await point.wait()
    }
  }

  private func noticeDelivery(_ upstream: Upstream) {
    guard let ticket = upstream.undelivered, upstream.connection.stream.isDelivered else { return }
    upstream.undelivered = nil
    context.desk.sent(ticket)
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
    guard upstream.interim <= context.bounds.interim else {
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
}
