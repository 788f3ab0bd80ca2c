import Limits
import Policy
import Testing

/// One row of limits-science.md 3.4: a limiter of a provider and the rule Penstock follows for it.
struct ProofRow: Sendable, CustomTestStringConvertible {
  /// When a slot that a request holds begins to run out.
  enum Settling: Sendable {
    /// At the answer, or at the arrival horizon if that is earlier.
    case horizon
    /// At the answer.
    case answer
    /// At the send.
    case send
  }

  var name: String
  /// The limits the policy states.
  var limits: @Sendable (DelayModel) -> [LimitRule]
  /// What the provider does; the number draws what is drawn once, such as a window's alignment.
  var upstream: @Sendable (DelayModel, UInt64, Bool) -> any Upstream
  /// Units the provider allows in `per` nanoseconds, on the average of a long time.
  var allow: Int
  var per: Int64
  /// Requests that were sent at once at the start, on top of the rate.
  var skip = 0
  /// Requests of one cycle of the limiter: runs are measured in whole cycles.
  var lag: Int
  var settling = Settling.answer
  /// How long a slot stays taken after it began to run out, in nanoseconds.
  var fixed: Int64 = 0
  /// How long the provider works on a request, in nanoseconds.
  var handling: Int64 = 0
  /// The civil time at the start, in seconds since the Unix epoch.
  var wall: Int64 = 1_700_000_000
  /// Whether the provider's clock is civil time, kept within `doubt` of ours.
  var doubt: Int64?
  /// Requests under way and waiting: more than can ever be under way.
  var callers: Int
  /// The share of the allowance that should be used, by the formula of the row; two numbers where
  /// the paper has only bounds.
  var expected: @Sendable (Outcome, DelayModel) -> ClosedRange<Double>

  var testDescription: String { name }
}

extension ProofRow {
  static func limit(_ kind: LimitKind, pace: Pace = .free) -> [LimitRule] {
    [LimitRule(name: "limit", scope: .key, kind: kind, pace: pace)]
  }

  /// The use of a limiter whose slots cycle: `cycle` nanoseconds for each slot if all were ideal.
  static func share(_ ideal: Int64, _ outcome: Outcome, fixed: Int64) -> Double {
    Double(ideal) / (Double(fixed) + outcome.meanHold + outcome.meanLate)
  }
}
