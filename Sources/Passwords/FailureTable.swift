import Timekeeping

/// Counts what somebody got wrong lately, for a bounded number of people.
///
/// A count lives for one to two spans: there is a table of this span and one of the span before. A
/// table that is full ends its span early.
public struct FailureTable: Sendable {
  private let span: Duration
  private let bound: Int
  private var current: [String: Int] = [:]
  private var previous: [String: Int] = [:]
  private var began: Instant?

  /// A table that counts in spans of `span`, of `bound` people each.
  public init(span: Duration, bound: Int) {
    self.span = span
    self.bound = bound
  }

  /// Counts a failure of `person`.
  public mutating func count(_ person: String, at now: Instant) {
    turn(at: now)
    if current[person] == nil, current.count >= bound { advance(to: now) }
    current[person, default: 0] += 1
  }

  /// The failures of `person` that are still remembered.
  public mutating func failures(of person: String, at now: Instant) -> Int {
    turn(at: now)
    return current[person, default: 0] + previous[person, default: 0]
  }

  private mutating func turn(at now: Instant) {
    guard let began else { return advance(to: now) }
    let elapsed = now - began
    guard elapsed >= span else { return }
    if elapsed >= span * 2 { current = [:] }
    advance(to: now)
  }

  private mutating func advance(to now: Instant) {
    previous = current
    current = [:]
    began = now
  }
}
