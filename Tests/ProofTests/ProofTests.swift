import Testing

/// Every limiter, every way delays can fall, rejected requests counted or not: nothing is ever
/// refused by the provider, and the allowance is used as the row's formula says.
///
/// A few hundred requests a run; `PENSTOCK_PROVE=full` makes it a million.
@Suite struct ProofTests {
  /// What a row is run under.
  struct Condition: Sendable, CustomTestStringConvertible {
    var model: DelayModel
    var countsRejected: Bool

    var testDescription: String {
      "\(model.rawValue), rejected requests \(countsRejected ? "counted" : "not counted")"
    }

    /// All of them; short runs take turns with counting, which nothing notices while nothing is
    /// rejected.
    static let all = DelayModel.allCases.enumerated().flatMap { number, model in
      (ProofScale.isFull ? [false, true] : [number % 2 == 1]).map {
        Condition(model: model, countsRejected: $0)
      }
    }
  }

  @Test(arguments: ProofRow.all, Condition.all)
  func `No violation, and the allowance is used`(row: ProofRow, condition: Condition) {
    let number = DelayModel.allCases.firstIndex(of: condition.model) ?? 0
    let seed = ProofScale.seed &* 1_000 &+ UInt64(2 * number + (condition.countsRejected ? 1 : 0))
    var loop = ClosedLoop(
      row: row, model: condition.model, countsRejected: condition.countsRejected,
      requests: ProofScale.requests, seed: seed)
    let outcome = loop.run()
    let about: Comment =
      "\(row.name), \(condition.testDescription), PENSTOCK_SEED=\(ProofScale.seed)"
    #expect(!outcome.isWedged && outcome.refusals.isEmpty, "\(about) \(outcome.refusals)")
    if let first = outcome.first {
      let span = first.evidence.suffix(100).map { format(milliseconds: $0) }
      Issue.record(
        """
        \(about): \(outcome.violations) violations, the first at \
        \(format(milliseconds: first.instant)) ms; arrivals (ms): \(span.joined(separator: " "))
        """)
    }
    let nominal = Double(row.allow) / Double(row.per)
    let used = outcome.rate(skip: row.skip, lag: row.lag) / nominal
    let expected = row.expected(outcome, condition.model)
    #expect(
      used >= expected.lowerBound - ProofScale.tolerance
        && used <= expected.upperBound + ProofScale.tolerance,
      "\(about): used \(used) of the allowance, the formula says \(expected)")
  }

  private func format(milliseconds time: Int64) -> String {
    let (whole, rest) = time.quotientAndRemainder(dividingBy: 1_000_000)
    let digits = String(rest.magnitude / 1000)
    return "\(whole).\(String(repeating: "0", count: 3 - digits.count))\(digits)"
  }
}
