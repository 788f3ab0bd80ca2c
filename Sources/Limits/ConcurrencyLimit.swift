import DequeModule
import Timekeeping

/// At most so many requests under way at once, each from its send to the end of its response plus
/// 20 ms: a provider may count it until it has flushed its reply (limits-science.md 3.6).
public struct ConcurrencyLimit: Sendable {
  private struct Slot: Sendable {
    var release: Int64
    var cost: Int32
  }

  let allow: Int
  private let linger: Int64
  private(set) var inFlight = 0
  private var ring = Deque<Slot>()
  private var lingering = 0

  /// A limit of `allow` requests; `linger` is how long a slot outlasts its response.
  public init(allow: Int, linger: Duration = .milliseconds(20)) {
    self.allow = allow
    self.linger = linger.wholeNanoseconds
  }

  /// When `cost` more may be under way.
  public mutating func availability(cost: Int, at now: Instant) -> Availability {
    if cost > allow { return .never }
    var missing = cost - left(at: now)
    if missing <= 0 { return .now }
    for slot in ring {
      missing -= Int(slot.cost)
      if missing <= 0 { return .at(Instant(nanoseconds: slot.release)) }
    }
    return .afterResponse
  }

  /// Starts a request.
  public mutating func take(cost: Int, at now: Instant) { inFlight += cost }

  /// Ends a request when its response has ended; nothing else frees it.
  public mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    guard settlement == .finished else { return }
    inFlight -= cost
    guard linger > 0 else { return }
    lingering += cost
    let release = max(now.nanoseconds.clampedAdding(linger), ring.last?.release ?? .min)
    ring.append(Slot(release: release, cost: Int32(clamping: cost)))
  }

  /// The request was provably never sent.
  public mutating func refund(cost: Int, at now: Instant) { inFlight -= cost }

  /// How many more may start now.
  public mutating func left(at now: Instant) -> Int {
    while let first = ring.first, first.release <= now.nanoseconds {
      lingering -= Int(first.cost)
      ring.removeFirst()
    }
    return max(0, allow - inFlight - lingering)
  }

  /// Now: how long others take is not known.
  public func instant(whenRoomFor cost: Int, at now: Instant) -> Instant { now }

  /// Whether nothing is under way.
  public mutating func isFull(at now: Instant) -> Bool { left(at: now) == allow }
}
