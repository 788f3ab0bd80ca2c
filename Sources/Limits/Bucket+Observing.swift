import Timekeeping

extension Bucket {
  /// What an answer's counters can say of the room, in units.
  private struct Bounds {
    var low: Int
    var high: Int
    /// Whether the two counters of the answer agree.
    var isSure: Bool
  }

  /// Begins to keep what answers' counters are compared with; else the first answer does, and only
  /// answers to what is sent later are of use.
  public mutating func track(at now: Instant) {
    guard observedSpan > 0, memory?.trail == nil else { return }
    let trail = ObservationTrail(
      declared: stated, inFlight: state.inFlight, room: room(at: now), at: now)
    remember().trail = trail
  }

  /// Clamps the local count into what an answer's counters prove (limits-science.md section 4).
  ///
  /// After everything in flight is charged, the room lies between `remaining` less the own units
  /// that the answer may not have seen, and `remaining` plus what was released since the request
  /// was sent. A count below is raised, one above lowered: others use the limit, and some room is
  /// left to them from then on. Nothing is ever assigned, and nothing outlasts the window.
  ///
  /// - Parameters:
  ///   - seen: the counters, matched to this bucket by the caller.
  ///   - sent: when the request was sent.
  ///   - cost: what it took, whether settled by now or not.
  ///   - now: when the answer was read.
  public mutating func observe(
    _ seen: Observation, sent: Instant, taken cost: Int, at now: Instant
  ) -> ObservationOutcome {
    if let limit = seen.limit, let window = seen.window {
      state.adopt(limit: limit, window: window, at: now)
    }
    guard isUsable(seen, sent: sent, at: now) else { return .ignored }
    track(at: now)
    guard let memory, let trail = memory.trail else { return .ignored }
    let before = stated
    let isOurs = follow(seen.limit, trail, at: now)
    let isContradicted = follow(seen, trail, at: now)
    let resized: ObservationOutcome? =
      stated == before ? nil : .resized(from: before, to: stated)
    let room = room(at: now)
    guard let bounds = bounds(of: seen, isContradicted: isContradicted),
      let since = trail.since(sent, cost: cost, room: room)
    else { return resized ?? .ignored }
    let low = bounds.low - since.unseen
    let high = max(0, bounds.high) + refill(since: sent, at: now, released: since.released)
    trail.saw(gap: max(0, room - high), roundTrip: now.nanoseconds(since: sent), at: now)
    let mayRaise = isOurs && bounds.isSure && !seen.isOnlyUpperBound
    if room > high {
      _ = state.change(LimitChanges.Lower(units: room - high, end: trail.windowEnd, now: now))
    } else if room < low, mayRaise {
      _ = state.change(LimitChanges.Raise(units: low - room, now: now))
    }
    let moved = self.room(at: now) - room
    trail.changed(by: moved)
    if let resized { return resized }
    return moved == 0 ? .agreed : moved > 0 ? .raised(by: moved) : .lowered(by: -moved)
  }

  /// Whether the answer is fresh, about a limit of this span, and possible at all.
  private mutating func isUsable(_ seen: Observation, sent: Instant, at now: Instant) -> Bool {
    let span = observedSpan
    guard span > 0 else { return false }
    let age = now.nanoseconds(since: sent)
    guard age >= 0, age <= min(ObservationTrail.span, max(1_000_000_000, span / 10)) else {
      return false
    }
    if let window = seen.window?.wholeNanoseconds, !state.isTokenBucket {
      // A day has 23 to 25 hours.
      guard window > 0, abs(window.clampedSubtracting(span)) <= span / 20 else { return false }
    }
    if let reset = seen.reset?.wholeNanoseconds {
      let slop: Int64 = 5_000_000_000
      guard reset >= -slop, reset <= span.clampedMultiplied(by: 2).clampedAdding(slop) else {
        return false
      }
    }
    return (seen.limit ?? 1) >= 1
  }

  /// Follows the stated limit when it is ours.
  ///
  /// A provider that first states what the operator did is followed up and down; one that states
  /// less is followed below what the operator stated; one that states more speaks of another
  /// bucket, or the operator keeps a margin.
  ///
  /// - Returns: Whether the counters are this bucket's.
  private mutating func follow(_ limit: Int?, _ trail: ObservationTrail, at now: Instant) -> Bool {
    guard let limit else { return true }
    let first = trail.firstSeen ?? limit
    trail.firstSeen = first
    let target = first == trail.declared ? limit : min(limit, trail.declared)
    if target != stated { resize(to: target, at: now) }
    return limit == target
  }

  /// Remembers the stated end of the window.
  ///
  /// - Returns: Whether it contradicts what was stated before, by more than a tenth of the span:
  ///   then the later one counts, and neither proves room.
  private mutating func follow(_ seen: Observation, _ trail: ObservationTrail, at now: Instant)
    -> Bool
  {
    guard seen.resetMeaning == .windowEnd, let reset = seen.reset, reset > .zero else {
      trail.windowEnd = nil
      return false
    }
    // Stated in whole seconds it may have been cut off.
    let end = now + reset + .seconds(1)
    defer { trail.windowEnd = max(end, trail.windowEnd ?? end) }
    guard let before = trail.windowEnd, before > now else {
      trail.windowEnd = end
      return false
    }
    let isContradicted = abs(end.nanoseconds(since: before)) > observedSpan / 10
    if !isContradicted { trail.windowEnd = end }
    return isContradicted
  }

  private mutating func bounds(of seen: Observation, isContradicted: Bool) -> Bounds? {
    let most = Int(Int32.mostUnits)
    let stated = seen.remaining.map { max(0, min($0, most)) }
    guard seen.resetMeaning == .full, let reset = seen.reset?.wholeNanoseconds,
      case .tokenBucket(let bucket) = state
    else {
      return stated.map { Bounds(low: $0, high: $0, isSure: seen.limit != nil || $0 <= capacity) }
    }
    // When it is full tells how many tokens are missing, to a second.
    let second: Int64 = 1_000_000_000
    let low = bucket.capacity - bucket.missing(whenFullIn: reset.clampedAdding(second)) - 1
    let high = bucket.capacity - bucket.missing(whenFullIn: max(0, reset - second)) + 1
    guard let stated else {
      return Bounds(low: max(0, low), high: min(high, bucket.capacity), isSure: true)
    }
    let isSure = stated >= low && stated <= high
    return Bounds(low: stated, high: isSure ? stated : max(stated, high), isSure: isSure)
  }

  private mutating func refill(since sent: Instant, at now: Instant, released: Int) -> Int {
    if case .tokenBucket(let bucket) = state { return bucket.refill(since: sent, at: now) }
    return released
  }
}
