import Timekeeping

/// How many requests may be repeated: a fifth of those sent in the last 10 s, or 10 a second.
///
/// Finagle's budget (`RetryBudget.scala`; limits-science.md section 8): it keeps repetition from
/// making an overload worse. Answers that mean a limit are not counted: their scope is held anyway.
struct RetryBudget {
  static let span: Int64 = 10
  static let percent = 20
  static let leastPerSecond = 10

  private struct Second {
    var number = Int64.min
    var sent = 0
    var repeated = 0
  }

  private var seconds = [Second](repeating: Second(), count: Int(RetryBudget.span))

  /// Counts a request that is sent for the first time.
  mutating func count(at now: Instant) { seconds[index(now)].sent += 1 }

  /// Takes leave for one repetition, if there is any.
  mutating func take(at now: Instant) -> Bool {
    let current = index(now)
    let oldest = seconds[current].number - RetryBudget.span
    var (sent, repeated) = (0, 0)
    for second in seconds where second.number > oldest {
      sent += second.sent
      repeated += second.repeated
    }
    let allowed = max(
      sent * RetryBudget.percent / 100, RetryBudget.leastPerSecond * Int(RetryBudget.span))
    guard repeated < allowed else { return false }
    seconds[current].repeated += 1
    return true
  }

  private mutating func index(_ now: Instant) -> Int {
    let number = now.nanoseconds / 1_000_000_000
    let index = Int(((number % RetryBudget.span) + RetryBudget.span) % RetryBudget.span)
    if seconds[index].number != number { seconds[index] = Second(number: number) }
    return index
  }
}
