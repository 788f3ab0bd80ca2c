/// At most `allow` arrivals in each span from `offset + k * window` to the next.
struct AlignedWindow: Upstream {
  let allow: Int
  let window: Int64
  let offset: Int64
  let countsRejected: Bool
  private var number = Int64.min
  private var count = 0
  private(set) var evidence: [Int64] = []

  init(allow: Int, window: Int64, offset: Int64, countsRejected: Bool) {
    self.allow = allow
    self.window = window
    self.offset = offset
    self.countsRejected = countsRejected
  }

  mutating func accepts(at time: Int64) -> Bool {
    let (quotient, remainder) = (time - offset).quotientAndRemainder(dividingBy: window)
    let span = remainder < 0 ? quotient - 1 : quotient
    if span != number {
      number = span
      count = 0
      evidence.removeAll(keepingCapacity: true)
    }
    let fits = count < allow
    if fits || countsRejected { count += 1 }
    evidence.append(time)
    return fits
  }
}
