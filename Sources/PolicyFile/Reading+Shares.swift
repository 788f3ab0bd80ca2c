import Limits
import Policy
import Timekeeping

/// Checks what lanes get and give against the limits they share.
extension Reading {
  /// Checks what each limit keeps for lanes, and what lanes keep for themselves.
  mutating func checkShares(_ lanes: [LaneDraft], of api: ApiDraft) {
    let names = lanes.map(\.lane.name)
    for limit in api.limits {
      for share in limit.reserved where !names.contains(share.lane) {
        faults.add(
          share.position,
          "\(Echo.quoted(share.lane)) is no lane of this API, allowed: "
            + names.joined(separator: ", ") + Echo.suggestion(for: share.lane, among: names))
      }
      if let rule = limit.rule, rule.scope.contains(.lane), let first = limit.reserved.first {
        faults.add(
          first.position,
          "limit \(Echo.quoted(limit.name)) is per lane, so lanes do not share it, allowed: "
            + "reserved in limits that are not per lane")
      }
      if let place = limit.measurePosition,
        !lanes.contains(where: { $0.lane.costs[limit.name] != nil })
      {
        faults.add(
          place,
          "limit \(Echo.quoted(limit.name)) measures what a request took only afterwards and no "
            + "lane says what to count until then, allowed: costs in a lane, such as costs: { "
            + "\(limit.name): 1 }")
      }
      checkReserves(lanes, under: limit)
    }
  }

  /// Checks that what lanes keep for themselves can pass a limit at all.
  private mutating func checkReserves(_ lanes: [LaneDraft], under limit: LimitDraft) {
    guard let rule = limit.rule, rule.scope.isSubset(of: .key) else { return }
    var kept: [LaneDraft] = []
    for draft in lanes {
      guard let reserve = draft.lane.reserve, let place = draft.reservePosition,
        Reading.counts(rule, draft.lane),
        let alone = Reading.room(under: rule, for: [draft], in: reserve.per)
      else { continue }
      // Together they are judged over the longest of their spans: a short one may be a burst.
      let span = kept.compactMap(\.lane.reserve?.per).reduce(reserve.per, max)
      let room = Reading.room(under: rule, for: kept + [draft], in: span) ?? alone
      let taken = kept.reduce(0) { $0 + $1.demand(on: rule.name, in: span) }
      let beside = kept.isEmpty ? alone : (room - taken) * (reserve.per / span)
      let cost = Double(draft.lane.costs[rule.name] ?? 1)
      let most = Int(min(max(0, min(alone, beside) / cost + 1e-6), Double(RateText.mostUnits)))
      if reserve.allow <= most {
        kept.append(draft)
        continue
      }
      faults.add(
        place,
        "lane \(Echo.quoted(draft.lane.name)) reserves more than limit \(Echo.quoted(rule.name)) "
          + "allows\(beside < alone ? " beside the lanes above" : ""), allowed for reserve: "
          + (most == 0 ? "none" : "at most \(most)/\(draft.reserveSpan)"))
    }
  }

  /// What lanes with all their keys can send in `span` as far as a limit goes; nil if it does not.
  private static func room(
    under rule: LimitRule, for lanes: [LaneDraft], in span: Duration
  ) -> Double? {
    guard let most = rule.kind.most(in: span) else { return nil }
    if !rule.scope.contains(.key) { return most }
    let keys = Set(lanes.flatMap(\.lane.keys)).count
    return keys == 0 ? nil : most * Double(keys)
  }

  /// Whether a limit surely counts every request of a lane.
  private static func counts(_ rule: LimitRule, _ lane: Lane) -> Bool {
    rule.match.isEmpty || (!lane.match.isEmpty && lane.match.allSatisfy(rule.match.contains))
  }
}

extension LaneDraft {
  /// What its reserve takes from a limit in `span`.
  fileprivate func demand(on limit: String, in span: Duration) -> Double {
    guard let reserve = lane.reserve else { return 0 }
    return Double(reserve.allow) * Double(lane.costs[limit] ?? 1) * (span / reserve.per)
  }
}

extension LimitKind {
  /// The most units that can pass in `span`; nil where no number is stated.
  fileprivate func most(in span: Duration) -> Double? {
    switch self {
    case .tokenBucket(let rate, let burst, _):
      max(Double(burst), Double(rate.allow) * (span / rate.per))
    case .slidingWindow(let rate), .fixedWindow(let rate, _), .twoCounterWindow(let rate, _),
      .unknown(let rate):
      Double(rate.allow) * max(1, span / rate.per)
    case .calendar(let allow, _): Double(allow) * max(1, span / .seconds(86_400))
    case .spacing(let every, _, _): max(1, span / every)
    case .concurrency, .hours, .learned: nil
    }
  }
}
