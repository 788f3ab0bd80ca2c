import RawStructuredFieldValues

/// Generations B, C and D of the IETF's fields (limits-science.md, section 6.2).
extension PolicyRule {
  private typealias Parameters = OrderedMap<String, RFC9651BareItem>

  /// A member of `RateLimit-Policy`.
  private struct Limit {
    var name: String?
    var count: Int
    var window: Duration?
    /// Whether it counts requests, not bytes or requests under way.
    var isOfRequests: Bool
  }

  /// What `answer` states about the buckets; nothing for a field that is malformed.
  func states(in answer: inout Answer) -> [BucketState] {
    let policy = answer.field(policyField)
    guard let value = answer.field(field) else {
      return policy.map { named(self.limits(in: $0)) } ?? []
    }
    let limits = policy.map { self.limits(in: $0) } ?? []
    let bytes = Array(value.utf8)
    var parser = StructuredFieldValueParser(bytes)
    if let items = try? parser.parseListFieldValue() {
      return items.compactMap { state(of: $0, limits: limits, in: &answer) }
    }
    parser = StructuredFieldValueParser(bytes)
    guard let members = try? parser.parseDictionaryFieldValue() else { return [] }
    return state(of: members, limits: limits, in: &answer).map { [$0] } ?? []
  }

  /// One of generation C or D: `"burst";r=50;t=30`, or with `a` and `w`, or with a bare name.
  private func state(
    of item: ItemOrInnerList, limits: [Limit], in answer: inout Answer
  ) -> BucketState? {
    guard case .item(let item) = item, let name = Self.name(of: item.rfc9651BareItem),
      let left = Self.count(item.rfc9651Parameters, ["r", "a"])
    else { return nil }
    let limit = limits.first { $0.name == name }
    guard limit?.isOfRequests ?? true else { return nil }
    let reset = Self.count(item.rfc9651Parameters, ["t", "w"])
    return state(name: name, limit: limit, left: left, reset: reset, in: &answer)
  }

  /// Generation B: `limit=100, remaining=50, reset=5`.
  private func state(
    of members: OrderedMap<String, ItemOrInnerList>, limits: [Limit], in answer: inout Answer
  ) -> BucketState? {
    func number(_ word: String) -> Int? {
      guard case .item(let item)? = members[word], case .integer(let value) = item.rfc9651BareItem,
        value >= 0
      else { return nil }
      return Int(value)
    }
    guard let left = number("remaining") else { return nil }
    let count = number("limit")
    let stated = limits.first { $0.count == count }
    let limit =
      stated ?? count.map { Limit(name: nil, count: $0, window: nil, isOfRequests: true) }
    return state(
      name: nil, limit: limit, left: left, reset: number("reset"), meaning: .windowEnd, in: &answer)
  }

  private func state(
    name: String?, limit: Limit?, left: Int, reset: Int?,
    meaning: ResetField.Meaning = .nextSlot, in answer: inout Answer
  ) -> BucketState {
    let window = limit?.window
    let span = reset.map { RetryAfter.bounded(.seconds($0)) }
    var estimate = Estimate(
      name: name, scope: scope, limit: limit?.count, remaining: left, window: window,
      reset: span.flatMap { span in window.map { span <= $0 * 2 } ?? true ? span : nil },
      meaning: meaning)
    // Of two stated points in time that differ by more than a tenth, the later counts.
    if let other = EstimateRule.reset(resets, window: window, in: &answer),
      other.delay > estimate.reset.map({ $0 + $0 / 10 }) ?? .nanoseconds(-1)
    {
      (estimate.reset, estimate.meaning) = (other.delay, other.meaning)
    }
    return BucketState(estimate: estimate)
  }

  /// Limits that are stated without what is left of them.
  private func named(_ limits: [Limit]) -> [BucketState] {
    limits.compactMap { limit in
      guard let name = limit.name, limit.isOfRequests else { return nil }
      return BucketState(
        estimate: Estimate(
          name: name, scope: scope, limit: limit.count, window: limit.window))
    }
  }

  private func limits(in value: String) -> [Limit] {
    var parser = StructuredFieldValueParser(Array(value.utf8))
    guard let items = try? parser.parseListFieldValue() else { return [] }
    return items.compactMap { item in
      guard case .item(let item) = item else { return nil }
      let parameters = item.rfc9651Parameters
      let window = Self.count(parameters, ["w"]).flatMap { seconds in
        (1...366 * 86_400).contains(seconds) ? Duration.seconds(seconds) : nil
      }
      // Generation B has the number itself where later ones have a name.
      if case .integer(let count) = item.rfc9651BareItem, count >= 0 {
        return Limit(name: nil, count: Int(count), window: window, isOfRequests: true)
      }
      guard let name = Self.name(of: item.rfc9651BareItem),
        let count = Self.count(parameters, ["q"])
      else { return nil }
      var isOfRequests = true
      if case .string(let unit)? = parameters["qu"] {
        isOfRequests = unit == "requests" || unit == "request"
      }
      return Limit(name: name, count: count, window: window, isOfRequests: isOfRequests)
    }
  }

  private static func count(_ parameters: Parameters, _ words: [String]) -> Int? {
    for word in words {
      if case .integer(let value)? = parameters[word], value >= 0 { return Int(value) }
    }
    return nil
  }

  private static func name(of item: RFC9651BareItem) -> String? {
    switch item {
    case .string(let name), .token(let name): name.isEmpty || name.utf8.count > 64 ? nil : name
    default: nil
    }
  }
}
