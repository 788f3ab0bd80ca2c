import Limits
import Policy
import Testing
import Timekeeping

@testable import Admission

/// A provider's limits and a steady load on them.
struct PredictionScenario: Sendable, CustomTestStringConvertible {
  /// Callers of one lane that ask at random instants (Poisson), at one rate together.
  struct Source: Sendable {
    var perMinute: Double
    var lane = 0
    var callers = 1
    /// Accounts of each caller; 0 for requests without one.
    var accounts = 1
    /// Seconds a request would wait at the least and at the most; nil for ever.
    var patience: ClosedRange<Int64>?
    var cost = 1
    /// Requests at the very start.
    var burst = 0
  }

  var name: String
  var limits: [LimitRule]
  var keys = ["main"]
  var lanes: [Lane]?
  var sources: [Source]
  var seconds: Int64
  /// Before this many seconds nothing is counted: the load is not steady yet.
  var warmUp: Int64
  /// Milliseconds from a grant to its answer.
  var roundTrip: ClosedRange<Int64> = 50...150
  /// When the provider answers 429 for the key, with `Retry-After: 30`, in seconds.
  var blocks: [Int64] = []
  /// How far from what happened a true prediction may be, in percent; 1 s is always true.
  ///
  /// More than 10 where chance decides: few wait in each flow, so that those who are yet to come
  /// make most of the wait; or room comes a whole window at a time.
  var within = 10

  var testDescription: String { name }
}

/// How true predictions of one kind came out.
struct PredictionCount {
  var all = 0
  var good = 0
  var early = 0
  private let within: Double
  private var errors: [Double] = []

  init(within percent: Int) { within = Double(percent) / 100 }

  /// Counts a prediction; true is within its share or a second of what happened.
  mutating func add(foretold: Double, happened: Double) {
    all += 1
    let error = foretold - happened
    if abs(error) <= max(1, happened * within) { good += 1 } else if error < 0 { early += 1 }
    errors.append(error / max(1, happened))
  }

  var percent: Double { all == 0 ? 100 : 100 * Double(good) / Double(all) }

  /// The middle and the ends of nine tenths of the relative errors.
  var text: String {
    guard !errors.isEmpty else { return "none" }
    let sorted = errors.sorted()
    func at(_ share: Double) -> String {
      String(Int(100 * sorted[Int(Double(sorted.count - 1) * share)]))
    }
    let tenths = Int(10 * percent)
    return "\(tenths / 10).\(tenths % 10) % of \(all), \(early) early; "
      + "error \(at(0.05)) \(at(0.5)) \(at(0.95)) %"
  }
}
