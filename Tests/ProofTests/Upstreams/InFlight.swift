/// At most `allow` requests between their arrival and their end.
struct InFlight: Upstream {
  let allow: Int
  private var open = 0
  private(set) var evidence: [Int64] = []

  init(allow: Int) { self.allow = allow }

  mutating func accepts(at time: Int64) -> Bool {
    open += 1
    evidence.append(time)
    if evidence.count > 4 * allow { evidence.removeFirst(2 * allow) }
    return open <= allow
  }

  mutating func ends(at time: Int64) { open -= 1 }
}
