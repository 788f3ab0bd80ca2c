/// A bucket of `burst` tokens that refills `allow` in each `window`, kept in exact fractions.
struct LeakyMeter: Upstream {
  let allow: Int64
  let burst: Int64
  let window: Int64
  let countsRejected: Bool
  /// In tokens times `window`: nothing is ever rounded.
  private var level: Int64
  private var filled: Int64 = .min
  private(set) var evidence: [Int64] = []

  init(allow: Int, burst: Int, window: Int64, countsRejected: Bool) {
    self.allow = Int64(allow)
    self.burst = Int64(burst)
    self.window = window
    self.countsRejected = countsRejected
    level = Int64(burst) * window
  }

  mutating func accepts(at time: Int64) -> Bool {
    let full = burst * window
    if filled != .min {
      let (refill, overflow) = (time - filled).multipliedReportingOverflow(by: allow)
      level = overflow || refill >= full - level ? full : level + refill
    }
    filled = time
    remember(time)
    let fits = level >= window
    if fits || countsRejected { level = max(0, level - window) }
    return fits
  }

  private mutating func remember(_ time: Int64) {
    evidence.append(time)
    if evidence.count > 2 * Int(burst) + 8 { evidence.removeFirst(Int(burst) + 4) }
  }
}
