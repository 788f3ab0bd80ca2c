import Timekeeping

extension EstimateRule {
  /// What `answer` states about this bucket; nil when it states nothing.
  func state(in answer: inout Answer) -> BucketState? {
    var estimate = Estimate(scope: scope, isOnlyUpperBound: isOnlyUpperBound)
    var limitMember: Substring?
    if let limit { (estimate.limit, limitMember) = Self.first(at: limit, in: answer) }
    if let remaining { estimate.remaining = Self.least(at: remaining, in: answer) }
    if let used { take(used: used, to: &estimate, in: answer) }
    if estimate.limit == nil, estimate.remaining == nil, resets.isEmpty { return nil }
    estimate.window = span(limit: estimate.limit, member: limitMember, in: &answer)
    takeReset(to: &estimate, in: &answer)
    var state = BucketState(estimate: estimate)
    if let restored { takeFlow(restored, to: &state, in: answer) }
    let stated = state.estimate
    guard stated.limit != nil || stated.remaining != nil || stated.reset != nil else { return nil }
    state.estimate.name = namePart.flatMap { answer.name(at: $0) } ?? name
    return state
  }

  /// The latest of the stated resets, or the first where they agree within a tenth.
  ///
  /// A reset more than 5 s past, or further off than two windows, is a mistake.
  static func reset(
    _ fields: [ResetField], window: Duration?, in answer: inout Answer
  ) -> (delay: Duration, meaning: ResetField.Meaning)? {
    var chosen: (delay: Duration, meaning: ResetField.Meaning)?
    for field in fields {
      guard let stated = answer.delay(at: field.part, format: field.format, window: window),
        stated >= .seconds(-5), window.map({ stated <= $0 * 2 }) ?? true
      else { continue }
      let delay = RetryAfter.bounded(stated)
      guard let first = chosen else {
        chosen = (delay, field.meaning)
        continue
      }
      let larger = max(first.delay, delay)
      if larger - min(first.delay, delay) > larger / 10, delay > first.delay {
        chosen = (delay, field.meaning)
      }
    }
    return chosen
  }

  private func takeReset(to estimate: inout Estimate, in answer: inout Answer) {
    guard !resets.isEmpty,
      let reset = Self.reset(resets, window: estimate.window, in: &answer)
    else { return }
    (estimate.reset, estimate.meaning) = (reset.delay, reset.meaning)
  }

  /// `32/40` states what is used and the limit; a number states what is used.
  private func take(used part: AnswerPart, to estimate: inout Estimate, in answer: Answer) {
    var stated: Int?
    if case .field(let name) = part, let value = answer.field(name) {
      let halves = value.split(separator: "/", maxSplits: 1)
      let numbers = halves.map { DecimalText(FieldList.trimmed($0).utf8)?.count }
      if numbers.count == 2 { estimate.limit = numbers[1] }
      if let first = numbers.first, halves.count < 2 || numbers[1] != nil { stated = first }
    } else {
      answer.forEachNumber(at: part) { number, _ in stated = stated ?? number.count }
    }
    if let stated, let limit = estimate.limit { estimate.remaining = max(0, limit - stated) }
  }

  /// The span the limit is for: stated beside it, in a list of policies, or known.
  private func span(
    limit: Int?, member: Substring?, in answer: inout Answer
  ) -> Duration? {
    if let member, FieldList.hasParameters(member.utf8.span),
      let window = FieldList.window(of: member)
    {
      return window
    }
    if let limit, case .field(let name)? = self.limit,
      let value = member?.base ?? answer.field(name),
      let window = Self.window(of: limit, in: value)
    {
      return window
    }
    guard let windowPlace else { return window }
    if let limit, case .field(let name) = windowPlace.part, let value = answer.field(name),
      let window = Self.window(of: limit, in: value)
    {
      return window
    }
    let stated = answer.delay(at: windowPlace.part, format: windowPlace.format)
    return stated.flatMap { $0 > .zero && $0 <= .seconds(366 * 86_400) ? $0 : nil } ?? window
  }

  /// The window of the policy in `list` whose number is `limit`, as in `1000;w=3600, 5000;w=86400`.
  private static func window(of limit: Int, in list: String) -> Duration? {
    guard FieldList.hasParameters(list.utf8.span) else { return nil }
    for member in FieldList.members(of: list)
    where DecimalText(FieldList.bare(member).utf8)?.count == limit {
      if let window = FieldList.window(of: member) { return window }
    }
    return nil
  }

  /// A bucket that refills evenly: its window, the time until it is full, and this request's wait.
  private func takeFlow(_ restored: AnswerPart, to state: inout BucketState, in answer: Answer) {
    var rate: DecimalText?
    answer.forEachNumber(at: restored) { number, _ in rate = rate ?? number }
    guard let rate, let limit = state.estimate.limit,
      let window = rate.time(toRestore: Int64(limit))
    else { return }
    state.estimate.window = window
    guard let left = state.estimate.remaining else { return }
    state.estimate.reset = rate.time(toRestore: Int64(max(0, limit - left)))
    state.estimate.meaning = .full
    guard let requested else { return }
    var wanted: Int?
    answer.forEachNumber(at: requested) { number, _ in
      wanted = wanted ?? Int(number.roundedUp(timesTenTo: 0))
    }
    guard let wanted else { return }
    state.wait = rate.time(toRestore: Int64(max(0, wanted - left)))
  }

  private static func first(at part: AnswerPart, in answer: Answer) -> (Int?, Substring?) {
    var first: (Int?, Substring?)
    answer.forEachNumber(at: part) { number, member in
      if first.0 == nil { first = (number.count, member) }
    }
    return first
  }

  private static func least(at part: AnswerPart, in answer: Answer) -> Int? {
    var least: Int?
    answer.forEachNumber(at: part) { number, _ in least = min(least ?? .max, number.count) }
    return least
  }
}

extension DecimalText {
  /// This number as a count of units: without its fraction, from 0 to 10^15.
  var count: Int { Int(min(roundedDown, 1_000_000_000_000_000)) }

  /// How long `units` take to come back at this many a second, rounded up; nil at no rate.
  fileprivate func time(toRestore units: Int64) -> Duration? {
    let millionths = roundedUp(timesTenTo: 6)
    guard millionths > 0, millionths < .max, units < 1_000_000_000 else { return nil }
    let (whole, rest) = (units * 1_000_000).quotientAndRemainder(dividingBy: millionths)
    let fraction = (Double(rest) * 1e9 / Double(millionths)).rounded(.up)
    return RetryAfter.bounded(.seconds(whole) + .nanoseconds(Int64(fraction)))
  }
}
