import Limits

/// One API prepared for routing: what the rulebook says of it, without the names it is said by.
final class RouteTable: Sendable {
  /// A limit's patterns, with the labels of the endpoints they stand for.
  struct CountedLimit: Sendable {
    var match: [RequestPattern]
    var labels: [String]
    var isPerEndpoint: Bool
    /// Whether it counts every request in the same way.
    var isUnconditional: Bool { match.isEmpty && !isPerEndpoint }
  }

  /// The patterns of each lane.
  let lanes: [[RequestPattern]]
  /// The lane that takes what no other does.
  let restLane: Int
  let selectors: [AccountSelector]
  let idempotency: IdempotencyRule?
  let limits: [CountedLimit]
  /// What a request of each lane takes from each limit.
  let costs: [[Int]]
  /// For each lane its charges, where they are the same for every request of it.
  let fixedCharges: [[Charge]]?

  init(_ api: Api) {
    lanes = api.lanes.map(\.match)
    restLane = api.lanes.lastIndex { $0.match.isEmpty } ?? max(0, api.lanes.count - 1)
    selectors = api.accountSelectors
    idempotency = api.idempotency
    let limits = api.limits.map { rule in
      CountedLimit(
        match: rule.match, labels: rule.match.map(\.text),
        isPerEndpoint: rule.scope.contains(.endpoint))
    }
    let costs = api.lanes.map { lane in
      api.limits.map { max(1, lane.costs[$0.name] ?? 1) }
    }
    self.limits = limits
    self.costs = costs
    fixedCharges =
      limits.allSatisfy(\.isUnconditional)
      ? costs.map { row in row.enumerated().map { Charge(limit: $0.offset, cost: $0.element) } }
      : nil
  }

  /// The first lane whose patterns fit, else the one that takes the rest.
  func lane(method: String, path: RequestPath) -> Int {
    for index in lanes.indices
    where lanes[index].contains(where: { $0.matches(method: method, path: path) }) {
      return index
    }
    return restLane
  }

  /// The first selector that the path satisfies, and which of its segments names the account.
  func account(in path: RequestPath) -> (selector: Int, segment: Int)? {
    for index in selectors.indices {
      guard case .path(let pattern) = selectors[index] else { continue }
      if let segment = pattern.accountIndex(in: path) { return (index, segment) }
    }
    return nil
  }

  /// Whether a selector that comes before the first of the path's looks into bodies.
  func needsBody(method: String, before end: Int?) -> Bool {
    method != "TRACE"
      && selectors[..<(end ?? selectors.count)].contains {
        if case .json = $0 { true } else { false }
      }
  }

  /// Whether a request may be sent twice, by its method (RFC 9110 section 9.2.2) or a key that is
  /// added.
  func repeatability(method: String) -> Repeatability {
    switch method {
    case "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE": .idempotent
    case "POST", "PATCH": idempotency?.adds == true ? .keyed : .once
    default: .once
    }
  }

  /// The charges of a request in `lane`, in the order of the API's limits.
  func charges(lane: Int, method: String, path: RequestPath, endpoint: String) -> [Charge] {
    guard lane < costs.count else { return [] }
    if let fixedCharges { return fixedCharges[lane] }
    var charges: [Charge] = []
    charges.reserveCapacity(limits.count)
    for index in limits.indices {
      var label: String?
      if limits[index].match.isEmpty {
        label = limits[index].isPerEndpoint ? endpoint : nil
      } else {
        let match = limits[index].match
        guard let hit = match.firstIndex(where: { $0.matches(method: method, path: path) }) else {
          continue
        }
        label = limits[index].isPerEndpoint ? limits[index].labels[hit] : nil
      }
      charges.append(Charge(limit: index, cost: costs[lane][index], endpoint: label))
    }
    return charges
  }
}
