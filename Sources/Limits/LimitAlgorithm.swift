import Timekeeping

/// What every algorithm of a limit can do; instants never go back from call to call.
protocol LimitAlgorithm: Sendable {
  /// The most that can ever be taken at once.
  var capacity: Int { get }
  /// Units taken that have not arrived for all that is known.
  var inFlight: Int32 { get }
  /// When there is room for `cost`.
  mutating func availability(cost: Int, at now: Instant) -> Availability
  /// Takes `cost`.
  mutating func take(cost: Int, at now: Instant)
  /// Follows what became of a request that took `cost`.
  mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant)
  /// Gives back what was taken at `taken` by a request that was provably never sent.
  mutating func refund(cost: Int, taken: Instant, at now: Instant)
  /// Units that can be taken now.
  mutating func left(at now: Instant) -> Int
  /// The earliest instant for `cost` more units: a prediction, early rather than late.
  ///
  /// - Parameters:
  ///   - start: before this, at least `now`, nothing is sent.
  ///   - roundTrip: nanoseconds from a request to its answer.
  mutating func instant(
    whenRoomFor cost: Int, from start: Instant, roundTrip: Int64, at now: Instant
  ) -> Instant
  /// Whether it holds no memory of any request.
  mutating func isFull(at now: Instant) -> Bool

  /// Gives units of a request that was just settled back, or charges more of them when negative.
  mutating func adjust(by units: Int, at now: Instant)
  /// Follows a changed limit: shrinks at once, grows with the next release.
  mutating func resize(to allow: Int, at now: Instant)
  /// From 0, unused, to 1, nothing left.
  mutating func usedShare(at now: Instant) -> Double
  /// How much of the current period is left, and its length, in nanoseconds.
  mutating func remainingPeriod(at now: Instant) -> (left: Int64, of: Int64)?
  /// Follows a step of the wall clock.
  mutating func setWallClock(_ wall: WallTime, at now: Instant)

  /// Units left whatever the pace, below 0 in debt; nil when counters of answers say nothing here.
  mutating func room(at now: Instant) -> Int?
  /// Believes in so many units more.
  mutating func raise(by units: Int, at now: Instant)
  /// Believes in so many units fewer, at the longest until `end`.
  mutating func lower(by units: Int, until end: Instant?, at now: Instant)
  /// The span that counters of answers speak of, in nanoseconds; 0 when they say nothing here.
  var observedSpan: Int64 { get }
  /// The provider refused, and blames this limit; `room` when there was room.
  ///
  /// - Returns: Whether it has drawn its own conclusion.
  mutating func struck(room: Bool, at now: Instant) -> Bool
  /// Takes 25 ms more slack, up to 1 s; false when it has none or no more.
  mutating func widen() -> Bool
}

extension LimitAlgorithm {
  var inFlight: Int32 { 0 }
  mutating func adjust(by units: Int, at now: Instant) {}
  mutating func resize(to allow: Int, at now: Instant) {}
  mutating func usedShare(at now: Instant) -> Double {
    let most = capacity
    return most <= 0 ? 1 : min(1, max(0, 1 - Double(left(at: now)) / Double(most)))
  }
  mutating func remainingPeriod(at now: Instant) -> (left: Int64, of: Int64)? { nil }
  mutating func setWallClock(_ wall: WallTime, at now: Instant) {}
  mutating func room(at now: Instant) -> Int? { nil }
  mutating func raise(by units: Int, at now: Instant) {}
  mutating func lower(by units: Int, until end: Instant?, at now: Instant) {}
  var observedSpan: Int64 { 0 }
  mutating func struck(room: Bool, at now: Instant) -> Bool { false }
  mutating func widen() -> Bool { false }
}

extension Settlement {
  /// Whether it is the news that the request has arrived; `usesHorizon` when the horizon's is.
  func isArrival(usesHorizon: Bool = true) -> Bool {
    switch self {
    case .horizon: usesHorizon
    case .response(let late, _): !(late && usesHorizon)
    case .unknown: true
    case .finished, .cut: false
    }
  }

  /// Whether the request goes on after it.
  var isBeforeEnd: Bool {
    switch self {
    case .horizon, .response: true
    case .finished, .cut, .unknown: false
    }
  }

  /// Whether the request had arrived before.
  var isEnd: Bool {
    switch self {
    case .finished, .cut: true
    case .horizon, .response, .unknown: false
    }
  }

  /// The round trip by which a slot may end earlier, in nanoseconds (rule T2).
  var credit: Int64 {
    if case .response(_, let credit) = self { max(0, credit) } else { 0 }
  }
}
