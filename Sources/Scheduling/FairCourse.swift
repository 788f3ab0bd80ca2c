import Timekeeping

/// How many units a group has lately been served while its virtual time moved on by one.
///
/// That tells when a tag is reached under a steady load, whoever takes part: those too who come
/// and go, and those who will come.
struct FairCourse {
  /// After so many nanoseconds half of what it remembers is forgotten: 10 min.
  static let memory: Int64 = 600_000_000_000
  /// Fewer services than this tell nothing, nor do those of less than a minute: a load that has
  /// not lasted may only be a crowd that goes away.
  static let enough = 16
  static let steady: Int64 = 60_000_000_000

  private var time: Int64 = 0
  private var since: Int64 = 0
  private var begun: Int64 = 0
  private var latest: Int64 = 0
  private var units = 0.0
  private var steps = 0.0
  private var services = 0

  /// Notes a service at `now` after which the group's virtual time is `time`.
  mutating func learn(_ cost: Int64, time: Int64, at now: Int64) {
    if services > 0 {
      units += Double(cost)
      steps += Double(time.clampedAdding(-self.time))
    } else {
      since = now
      if latest == 0 { begun = now }
    }
    latest = now
    self.time = time
    services += 1
    guard now.clampedAdding(-since) >= FairCourse.memory else { return }
    since = now
    units /= 2
    steps /= 2
    services /= 2
  }

  /// Units the group is served until its virtual time has moved on by `span`; 0 while too little
  /// is known.
  func units(within span: Int64) -> Int {
    guard services >= FairCourse.enough, latest.clampedAdding(-begun) >= FairCourse.steady,
      steps > 0, span > 0
    else { return 0 }
    return Int(min(Double(span) * units / steps, 1e18))
  }
}
