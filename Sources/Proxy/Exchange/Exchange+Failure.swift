import Admission
import Dialing
import Events
import Policy
import Timekeeping

/// Attempts that end without an answer: whether there is another one is the engine's to say.
extension Exchange {
  /// No connection came about; returns when the request waits for another attempt.
  ///
  /// A dial that took all its time is not repeated, nor is one that would fail the same way again;
  /// a name that only the caller vouches for counts as one.
  func giveUp(
    _ failure: DialFailure, of call: Call, under grant: Grant
  ) throws(ExchangeEnd) {
    switch failure.kind {
    case .dnsError where !call.api.isCatchAll, .connectionRefused, .tlsProtocolError:
      try fail(.unsent, Problem(failure), of: call, under: grant)
    case .dnsError, .connectionTimeout, .tlsCertificateError, .destinationProhibited,
      .resourcesExhausted, .lookUpsExhausted:
      context.desk.unsent(grant.ticket)
      throw .refused(Problem(failure))
    }
  }

  /// The connection broke or was silent for too long before the answer's head was whole; returns
  /// when the request waits for another attempt.
  ///
  /// A pooled connection that was dead is replaced once, by a fresh one.
  func breakOff(
    _ upstream: Upstream, _ failure: IOFailure, hasBegun: Bool, of call: Call, under grant: Grant
  ) throws(ExchangeEnd) {
    upstream.release(reusable: false)
    guard !clientHasLeft else {
      context.desk.lost(grant.ticket)
      throw .clientLeft
    }
    guard !failure.isTimeout else {
      upstream.hasSent ? context.desk.lost(grant.ticket) : context.desk.unsent(grant.ticket)
      throw .refused(Problem(504, "origin-timeout", "the origin did not answer in time"))
    }
    let isStale = !hasBegun && upstream.connection.isReused && !needsFreshConnection
    if isStale { needsFreshConnection = true }
    try fail(
      upstream.hasSent ? .unanswered : .unsent, isStale: isStale,
      .badAnswer("the origin closed the connection before its answer was complete"),
      of: call, under: grant)
  }

  /// Returns when the request waits for another attempt.
  private func fail(
    _ failure: Failure, isStale: Bool = false, _ problem: Problem, of call: Call,
    under grant: Grant
  ) throws(ExchangeEnd) {
    let verdict = context.desk.failed(
      grant.ticket, failure, isStale: isStale, canReplay: replay.isWhole)
    switch verdict {
    case .retry: return
    case .relay:
      remember(problem, of: call)
      throw .refused(problem)
    case .refused(let refusal):
      let problem = self.problem(refusal, of: call)
      remember(problem, of: call)
      throw .refused(problem)
    }
  }

  /// Keeps an answer of ours that may have failed the request's batch, for the rest of it.
  func remember(_ problem: Problem, of call: Call) {
    guard call.batch != nil else { return }
    let answer = Problem.ProviderAnswer(
      status: problem.status, contentType: Problem.contentType, body: problem.document)
    remember(answer, of: call)
  }

  /// Keeps an answer of the origin that may have failed the request's batch, for the rest of it.
  func remember(_ answer: Problem.ProviderAnswer, of call: Call) {
    guard let batch = call.batch else { return }
    context.failedBatches.keep(answer, of: batch, at: now)
  }
}
