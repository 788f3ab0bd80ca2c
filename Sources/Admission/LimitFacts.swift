import Limits
import Policy
import Timekeeping

/// What of a limit's rule is asked at every request, without a reference to count.
struct LimitFacts {
  let scope: LimitScope
  /// The largest cost a request can ever have; `.max` where its cost does not matter.
  let largestCost: Int
  let countsCosts: Bool
  /// Whether counters in answers can speak of it.
  let isCounted: Bool
  /// Whether it counts every request of its scope.
  let countsAll: Bool
  /// Whether it keeps units for some lanes.
  let isShared: Bool
  /// The span its units are for in nanoseconds, 0 for none.
  let period: Int64

  init(_ rule: LimitRule) {
    scope = rule.scope
    countsCosts = rule.kind.countsCosts
    largestCost = countsCosts ? rule.kind.largestCost : .max
    isCounted = rule.kind.isCounted
    countsAll = rule.match.isEmpty
    isShared = !rule.reserved.isEmpty
    period = rule.kind.period?.wholeNanoseconds ?? 0
  }
}

extension LimitKind {
  /// Whether a request's cost matters; spacing counts requests, and hours nothing.
  var countsCosts: Bool {
    switch self {
    case .spacing, .hours: false
    default: true
    }
  }
}
