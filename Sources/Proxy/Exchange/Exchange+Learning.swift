import Admission
import Events
import Feedback
import HTTPWire
import Policy
import Timekeeping

/// Learning from the answer.
extension Exchange {
  /// How much of an answer's body problem documents pass on.
  private static let mostPassedOn = 16 << 10

  enum Learned { case relay, retry }

  /// Reads what the answer says about limits, in its body, too, where that may tell something.
  @inline(never)
  func learn(
    from answer: Answer, to call: Call, under grant: Grant
  ) async throws(ExchangeEnd) -> Learned {
    let ended = call.wantsBody(of: answer.head) ? await inspect(answer) : false
    return try heed(answer, hasEnded: ended, to: call, under: grant)
  }

  /// Tells the engine what is known of the answer, and hears whether to send again.
  func heed(
    _ answer: Answer, hasEnded ended: Bool = false, to call: Call, under grant: Grant
  ) throws(ExchangeEnd) -> Learned {
    let head = answer.head
    if call.api.learnsRoundTrip { learnRoundTrip(of: answer.upstream, for: call) }
    let reading = call.reading(of: answer)
    let spent = call.api.measures.isEmpty ? [] : call.spent(by: answer)
    let verdict = context.desk.responded(
      grant.ticket, reading, spent: spent, canReplay: replay.isWhole)
    if case .relay = verdict {
      if head.status >= 400, call.batch != nil { remember(passedOn(answer), of: call) }
      return .relay
    }
    let isOver = skim(answer) || ended
    lastProviderAnswer = passedOn(answer)
    answer.upstream.release(reusable: isOver && head.keepAlive)
    guard case .refused(let refusal) = verdict else { return .retry }
    let problem = problem(refusal, of: call)
    remember(problem, of: call)
    throw .refused(problem)
  }

  private func learnRoundTrip(of upstream: Upstream, for call: Call) {
    guard let least = upstream.connection.leastRoundTrip(at: now) else { return }
    context.desk.learn(roundTripFloor: least, api: call.route.api)
  }

  /// Reads the body, as far as it is worth looking at; true when it ended.
  private func inspect(_ answer: Answer) async -> Bool {
    let end = now + .seconds(10)
    while answer.inspected.count < Answer.inspection {
      switch answer.take() {
      case .some: continue
      case .end: return true
      case .broken: return false
      case .needsMore: break
      }
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
    return false
  }

  /// Takes what is there of a body that nobody will see, without waiting; true when it ended.
  private func skim(_ answer: Answer) -> Bool {
    while answer.inspected.count < Answer.inspection {
      switch answer.take() {
      case .some: continue
      case .end: return true
      case .needsMore, .broken: return false
      }
    }
    return false
  }

  private func passedOn(_ answer: Answer) -> Problem.ProviderAnswer {
    Problem.ProviderAnswer(
      status: answer.head.status, contentType: answer.head.block.value(.contentType),
      body: Array(answer.text.prefix(Exchange.mostPassedOn)))
  }
}
