import Timekeeping

/// From an answer to what it says about limits (limits-science.md, sections 4, 6.3 and 6.4).
extension Dialect {
  /// What an answer says about limits.
  ///
  /// For a success that has none of the dialect's fields this is a comparison and no more.
  /// - Parameters:
  ///   - status: the status code.
  ///   - stated: which of `statedFields` the answer has, or more.
  ///   - field: the value of a field by its lower-case name, several lines joined by `, `; of a
  ///     quiet answer only `statedFields` and `otherFields` are asked for.
  ///   - body: the first 64 KiB of the body, with no content coding; what is not JSON is ignored.
  public func read(
    status: Int, stated: FieldMask = .any, field: (String) -> String?, body: [UInt8]
  ) -> Reading {
    let isQuiet = isQuiet(status: status)
    if isQuiet, !readsFields || (stated == .empty && body.isEmpty) {
      return .plain(status: status)
    }
    return withoutActuallyEscaping(field) { field in
      var answer = Answer(status: status, stated: stated, field: field, body: body)
      let states = states(in: &answer)
      let signal = isQuiet ? nil : signal(in: &answer, states: states)
      let estimates = states.compactMap { state in
        let isState = state.estimate.limit != nil || state.estimate.remaining != nil
        return isState ? state.estimate : nil
      }
      return Reading(
        status: status, signal: signal, estimates: estimates,
        tier: tierField.flatMap { answer.name(at: .field($0)) })
    }
  }

  /// The buckets the answer states; none where it is a stored one, whose counters are no news.
  private func states(in answer: inout Answer) -> [BucketState] {
    guard !estimates.isEmpty || !policies.isEmpty, !answer.isStored() else { return [] }
    var states: [BucketState] = []
    for at in estimates.indices {
      // A rule that finds no number says nothing, and most find none.
      guard !answer.body.isEmpty || answer.stated.overlaps(estimateFields[at]) else { continue }
      guard let state = estimates[at].state(in: &answer) else { continue }
      if !states.contains(where: { $0.estimate == state.estimate }) { states.append(state) }
    }
    for at in policies.indices where answer.stated.overlaps(policyFields[at]) {
      states += policies[at].states(in: &answer)
    }
    return states.count > Dialect.mostEstimates
      ? Array(states.prefix(Dialect.mostEstimates)) : states
  }

  /// Buckets of one answer that are looked at.
  static let mostEstimates = 32

  private func signal(in answer: inout Answer, states: [BucketState]) -> Signal? {
    let isExhausted = states.contains { $0.isExhausted == true }
    guard let (verdict, reason) = meaning(of: answer, isExhausted: isExhausted),
      let kind = verdict.kind
    else { return nil }
    let name = verdict.bucket ?? blamed.firstName(in: answer)
    let blamed = Blame(
      kind: kind, verdict: verdict, name: name, states: states, room: roomScope,
      unstated: unstatedScope)
    var signal = Signal(
      kind: kind, scope: blamed.scope, delay: nil, isUnprocessed: verdict.leavesUnprocessed,
      bucket: blamed.name, reason: reason)
    guard kind != .permanent else { return signal }
    signal.delay = delay(in: &answer, verdict: verdict, blamed: blamed.states)
    if let delay = signal.delay, delay > RetryAfter.longest, kind != .quota {
      if kind == .limit { signal.kind = .quota } else { signal.delay = RetryAfter.longest }
    }
    return signal
  }

  /// What the first known code means, else what the status means.
  private func meaning(of answer: Answer, isExhausted: Bool) -> (Meaning, reason: String?)? {
    for rule in codes where rule.statuses.contains(answer.status) {
      if let entry = rule.entry(in: answer) { return (entry.verdict, entry.reason) }
    }
    for rule in statuses where rule.status == answer.status {
      if isExhausted || !rule.needsExhaustion { return (rule.verdict, nil) }
    }
    return nil
  }

  /// The stated delay of the highest rank, rounded up to one stated elsewhere that agrees with it.
  private func delay(
    in answer: inout Answer, verdict: Meaning, blamed: [BucketState]
  ) -> Duration? {
    let stated = statedDelay(in: &answer, blamed: blamed)
    let delay = stated ?? untilMidnight(verdict, in: &answer) ?? verdict.fallback ?? delays.fallback
    guard let least = verdict.atLeast else { return delay }
    return max(delay ?? .zero, least)
  }

  private func statedDelay(in answer: inout Answer, blamed: [BucketState]) -> Duration? {
    var stated: [Duration] = []
    for place in delays.fields + DelayRule.standard {
      guard let span = answer.delay(at: place.part, format: place.format) else { continue }
      let delay = RetryAfter.bounded(span)
      if stated.isEmpty, case .field(delays.canonical) = place.part { return delay }
      stated.append(delay)
    }
    for place in delays.body {
      guard let span = answer.delay(at: place.part, format: place.format) else { continue }
      stated.append(RetryAfter.bounded(span))
      break
    }
    if let wait = blamed.compactMap(\.wait).max() { stated.append(wait) }
    if let reset = blamed.compactMap(\.timeToSend).max() { stated.append(reset) }
    guard let chosen = stated.first else { return nil }
    return stated.filter { $0 <= chosen + Self.sameDelay }.max()
  }

  /// Two stated delays that differ by no more than this are the same one, rounded differently.
  static let sameDelay: Duration = .seconds(2)

  private func untilMidnight(_ verdict: Meaning, in answer: inout Answer) -> Duration? {
    guard verdict.untilMidnight, let date = answer.date() else { return nil }
    let day: Int64 = 86_400
    let second = ((date.secondsSinceEpoch % day) + day) % day
    return .seconds(day - second)
  }
}
