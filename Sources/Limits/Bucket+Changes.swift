import Timekeeping

extension Bucket {
  /// The most that can ever be taken at once; `.max` without a limit.
  public var capacity: Int { state.capacity }

  /// The limit as stated: without what was cut after refusals.
  var stated: Int { capacity == .max ? .max : capacity + (memory?.cut ?? 0) }

  /// The span that counters of answers speak of; 0 when they say nothing here.
  var observedSpan: Int64 { mutating get { state.change(LimitChanges.ObservedSpan()) ?? 0 } }

  /// Units left whatever the pace, below 0 in debt.
  mutating func room(at now: Instant) -> Int {
    guard let room = state.change(LimitChanges.Room(now: now)) else { return 0 }
    return room ?? 0
  }

  /// Gives units of a request whose response was just settled back, or charges more of them when
  /// negative: what it cost turned out smaller or larger.
  public mutating func adjust(by units: Int, at now: Instant) {
    changingRoom(at: now) { $0.state.adjust(by: units, at: now) }
  }

  /// Follows a limit that was changed: shrinks at once, grows at the next release.
  public mutating func resize(to allow: Int, at now: Instant) {
    changingRoom(at: now) { $0.remember().resize(&$0.state, to: allow, at: now) }
  }

  /// Follows a refusal that blames this bucket; `room` when there was room in the local count.
  ///
  /// Unexplained, it costs 25 ms of slack the first time, then a unit of the limit, which comes
  /// back after an hour (limits-science.md 3.2). A learned limit finds its ceiling by it, and an
  /// unknown one is paced below what two counters bear.
  public mutating func struck(room: Bool, at now: Instant) {
    if state.change(LimitChanges.Struck(room: room, now: now)) ?? true { return }
    guard room else { return }
    changingRoom(at: now) { $0.remember().struck(&$0.state, at: now) }
  }

  /// Halves the pace after a soft block; units come back one an hour.
  public mutating func slowDown(at now: Instant) {
    changingRoom(at: now) { $0.remember().halve(&$0.state, at: now) }
  }

  /// From 0, unused, to 1, nothing left.
  public mutating func usedShare(at now: Instant) -> Double { state.usedShare(at: now) }

  /// How much of the current day or window is left, and its length; nil where there is none.
  public mutating func remainingPeriod(at now: Instant) -> (left: Duration, of: Duration)? {
    state.remainingPeriod(at: now)
  }

  /// Changes the state in a way that neither takes nor releases.
  private mutating func changingRoom(at now: Instant, _ body: (inout Bucket) -> Void) {
    guard let trail = memory?.trail else { return body(&self) }
    let before = room(at: now)
    body(&self)
    trail.changed(by: room(at: now) - before)
  }
}
