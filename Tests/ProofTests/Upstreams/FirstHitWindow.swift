/// At most `allow` arrivals in a window that the first arrival after the last window starts.
struct FirstHitWindow: Upstream {
  let allow: Int
  let window: Int64
  let countsRejected: Bool
  private var start: Int64?
  private var count = 0
  private(set) var evidence: [Int64] = []

  init(allow: Int, window: Int64, countsRejected: Bool) {
    self.allow = allow
    self.window = window
    self.countsRejected = countsRejected
  }

  mutating func accepts(at time: Int64) -> Bool {
    if start.map({ time - $0 >= window }) ?? true {
      start = time
      count = 0
      evidence.removeAll(keepingCapacity: true)
    }
    let fits = count < allow
    if fits || countsRejected { count += 1 }
    evidence.append(time)
    return fits
  }
}
