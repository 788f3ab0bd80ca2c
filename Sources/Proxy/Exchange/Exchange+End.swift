import Events
import HTTPWire
import Serving

/// Ending an exchange that did not go through.
extension Exchange {
  /// Largest body that is read and forgotten so that the connection can stay open.
  private static let worthDraining = 64 << 10

  /// Answers with the problem, or closes when there is nobody to answer or no way to.
  @inline(never)
  func end(_ end: ExchangeEnd) async {
    if case .answeredHere = end { return await answerOptions() }
    guard case .refused(let problem) = end, !hasAnswered else {
      keepsClient = false
      if case .clientLeft = end { clientHasLeft = true }
      if case .cutOff = end { client.stream.abort() }
      context.log.ended(end, self)
      return
    }
    context.log.refused(problem, self)
    // What follows a CONNECT was meant for its tunnel and is no request.
    keepsClient =
      keepsClient && !problem.closes && !context.isDraining && canFinishReading
      && head.method != .connect
    let answer = problem.answer(
      closing: !keepsClient, date: context.dateField(), via: context.via,
      withBody: head.method != .head)
    hasAnswered = true
    do {
      try await client.write(answer)
    } catch {
      keepsClient = false
      return
    }
    if keepsClient, !client.bodyIsComplete { keepsClient = await client.drainBody() }
  }

  /// Answers an OPTIONS request that may go no further (RFC 9110 section 7.6.2).
  private func answerOptions() async {
    keepsClient = keepsClient && !context.isDraining && client.bodyIsComplete
    var answer: [UInt8] = []
    HeadWriter.statusLine(204, to: &answer)
    answer.append(contentsOf: context.dateField())
    HeadWriter.field("Allow", Screening.allowed, to: &answer)
    answer.append(contentsOf: context.via)
    if !keepsClient { HeadWriter.field("Connection", "close", to: &answer) }
    HeadWriter.lineEnd(to: &answer)
    if (try? await client.write(answer)) == nil { keepsClient = false }
  }

  /// Whether what is left of the body is small and surely on its way.
  private var canFinishReading: Bool {
    if client.bodyIsComplete { return true }
    guard case .length(let count) = head.framing, !head.expectsContinue || hasContinued else {
      return head.framing == .none
    }
    return count <= Exchange.worthDraining
  }
}
