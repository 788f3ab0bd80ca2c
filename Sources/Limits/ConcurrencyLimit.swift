import Timekeeping

/// At most so many requests under way at once, each from its send to the end of its response plus
/// 20 ms: a provider may count it until it has flushed its reply (limits-science.md 3.6).
///
/// A request whose outcome is not known may be worked on still: it counts for a stated time more.
public struct ConcurrencyLimit: LimitAlgorithm {
  static let linger: Int64 = 20_000_000
  static let defaultHold: Int64 = 30_000_000_000

  private var lingering = ReleaseRing(longest: linger)
  private(set) var allow: Int32
  private(set) var inFlight: Int32 = 0
  private let hold: Int64
  /// Requests of unknown outcome: one ring, once there was such a request.
  private var unknown = ContiguousArray<ReleaseRing>()

  /// A limit of `allow` requests; `hold` is how long one of unknown outcome counts, 30 s by default.
  init(allow: Int, hold: Duration?) {
    self.allow = Int32(units: allow)
    self.hold = max(ConcurrencyLimit.linger, hold?.wholeNanoseconds ?? ConcurrencyLimit.defaultHold)
  }

  /// Our own connections: a slot is free at once when its request has ended, however it did.
  init(connections allow: Int) {
    self.allow = Int32(units: allow)
    hold = 0
  }

  var capacity: Int { Int(allow) }

  func hasRoomAlready(for cost: Int) -> Bool { held + cost <= capacity }

  mutating func availability(cost: Int, at now: Instant) -> Availability {
    if cost > capacity { return .never }
    forget(until: now)
    let missing = held + cost - capacity
    if missing <= 0 { return .now }
    // What lingers is free long before what is unknown.
    if let release = lingering.release(of: missing) { return .at(release) }
    let rest = missing - lingering.units
    if let release = unknown.first?.release(of: rest) { return .at(release) }
    return .afterResponse
  }

  mutating func take(cost: Int, at now: Instant) { inFlight = inFlight.adding(units: cost) }

  mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    switch settlement {
    case .horizon, .response: return
    case _ where hold == 0: break
    case .finished:
      forget(until: now)
      lingering.append(
        cost, release: now.nanoseconds.clampedAdding(ConcurrencyLimit.linger), most: capacity)
    case .cut, .unknown:
      forget(until: now)
      if unknown.isEmpty { unknown.append(ReleaseRing(longest: hold)) }
      unknown[0].append(cost, release: now.nanoseconds.clampedAdding(hold), most: capacity)
    }
    inFlight = inFlight.adding(units: -cost)
  }

  mutating func refund(cost: Int, taken: Instant, at now: Instant) {
    inFlight = inFlight.adding(units: -cost)
  }

  mutating func left(at now: Instant) -> Int {
    forget(until: now)
    return max(0, capacity - held)
  }

  /// At once: how long others take is not known.
  func instant(
    whenRoomFor cost: Int, from start: Instant, roundTrip: Int64, at now: Instant
  ) -> Instant { start }

  mutating func isFull(at now: Instant) -> Bool {
    forget(until: now)
    return held <= 0
  }

  mutating func resize(to allow: Int, at now: Instant) { self.allow = max(1, Int32(units: allow)) }

  private var held: Int { Int(inFlight) + lingering.units + (unknown.first?.units ?? 0) }

  private mutating func forget(until now: Instant) {
    lingering.forget(until: now)
    if !unknown.isEmpty { unknown[0].forget(until: now) }
  }
}
