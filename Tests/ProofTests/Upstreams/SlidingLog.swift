/// At most `allow` arrivals in every span `(t - window, t]`.
struct SlidingLog: Upstream {
  let allow: Int
  let window: Int64
  let countsRejected: Bool
  private var log: [Int64] = []
  private var first = 0

  init(allow: Int, window: Int64, countsRejected: Bool) {
    self.allow = allow
    self.window = window
    self.countsRejected = countsRejected
  }

  mutating func accepts(at time: Int64) -> Bool {
    while first < log.count, log[first] <= time - window { first += 1 }
    if first > 4096 {
      log.removeFirst(first)
      first = 0
    }
    let fits = log.count - first < allow
    if fits || countsRejected { log.append(time) }
    return fits
  }

  var evidence: [Int64] { Array(log[first...]) }
}
