/// `current + previous * (window - elapsed) / window` must not exceed `allow`: the approximation
/// of limits-science.md 2.3, without rounding.
struct TwoCounters: Upstream {
  let allow: Int64
  let window: Int64
  let offset: Int64
  let countsRejected: Bool
  private var number: Int64?
  private var current: Int64 = 0
  private var previous: Int64 = 0
  private(set) var evidence: [Int64] = []

  init(allow: Int, window: Int64, offset: Int64, countsRejected: Bool) {
    self.allow = Int64(allow)
    self.window = window
    self.offset = offset
    self.countsRejected = countsRejected
  }

  mutating func accepts(at time: Int64) -> Bool {
    let (quotient, remainder) = (time - offset).quotientAndRemainder(dividingBy: window)
    let (span, elapsed) =
      remainder < 0 ? (quotient - 1, remainder + window) : (quotient, remainder)
    if span != number {
      previous = number == span - 1 ? current : 0
      current = 0
      number = span
      evidence.removeAll { $0 < time - 2 * window }
    }
    let fits = previous * (window - elapsed) + (current + 1) * window <= allow * window
    if fits || countsRejected { current += 1 }
    evidence.append(time)
    return fits
  }
}
