import Timekeeping

/// How long after its last byte was written a request has surely arrived, learned per API.
///
/// Three times the largest round trip of fast answers, at least 1 s and at most 30 s; fast are
/// answers within 8 times the smallest round trip (limits-science.md 3.2, "Slow handlers"). Never
/// shrinks.
public struct ArrivalHorizon: Sendable {
  static let least: Int64 = 1_000_000_000
  static let most: Int64 = 30_000_000_000
  static let enough = 8

  private var smallest = Int64.max
  private var largestFast: Int64 = 0
  private var seen = 0

  /// A horizon that has seen nothing.
  public init() {}

  /// Learns from one answer's round trip, in nanoseconds.
  public mutating func learn(roundTrip: Int64) {
    let trip = max(1, roundTrip)
    smallest = min(smallest, trip)
    if trip / 8 <= smallest { largestFast = max(largestFast, trip) }
    if seen < ArrivalHorizon.enough { seen += 1 }
  }

  /// The horizon in nanoseconds; nil before 8 answers.
  public var span: Int64? { seen < ArrivalHorizon.enough ? nil : learned }

  /// How long an unanswered request may still be on its way, in nanoseconds: 5 s while unknown.
  public var spanAfterLoss: Int64 { span ?? max(5_000_000_000, learned) }

  private var learned: Int64 {
    min(ArrivalHorizon.most, max(ArrivalHorizon.least, largestFast.clampedMultiplied(by: 3)))
  }
}
