import Timekeeping

/// What a lane gets besides its turns: its reserved share, and how long it has stood.
struct LaneShare {
  var weight: Int32 = 1
  /// Nanoseconds per reserved unit; 0 for none.
  var reserve: Int64 = 0
  /// When the next reserved unit is due (the R tag of mClock, Gulati et al., OSDI 2010).
  var due: Int64 = .min
  /// When it was last served, or came to stand if that is later.
  var since: Int64 = 0

  func isDue(at now: Int64) -> Bool { reserve > 0 && due <= now }

  /// Notes that it came to stand: what it did not use while idle is not saved up.
  mutating func stand(at now: Int64) {
    due = max(due, now)
    since = now
  }

  /// Notes a service, reserved or not.
  ///
  /// mClock lets only reserved services move the tag, and so adds them to a share that would do
  /// alone. Here every service does, but never by more than two services ahead of `now`: then the
  /// reservation steps in where the share falls short, soon after it begins to.
  mutating func pay(_ cost: Int, at now: Int64) {
    since = now
    guard reserve > 0 else { return }
    let span = reserve.multipliedReportingOverflow(by: Int64(max(1, cost)))
    let step = Int64(min(span.overflow ? .max : span.partialValue, .max / 4))
    let next = max(due.clampedAdding(step), now)
    due = max(due, min(next, now.clampedAdding(2 * step)))
  }
}
