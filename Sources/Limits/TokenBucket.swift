import Timekeeping

/// A token bucket in the form of GCRA: one "theoretical arrival time" instead of a level.
///
/// Follows rule T4 of limits-science.md 3.3: it refills only up to the burst minus what is in
/// flight, so that no delay on the way can make the provider see more than its own bucket holds.
public struct TokenBucket: Sendable {
  /// Nanoseconds one token takes, rounded up and slowed by 1e-4 against clock drift.
  let interval: Int64
  /// Tokens a full bucket holds; see `capacity`.
  let burst: Int
  private var tat: Int64
  private(set) var inFlight = 0

  /// A full bucket.
  public init(rate: Rate, burst: Int, at now: Instant) {
    interval = TokenBucket.interval(of: rate)
    self.burst = TokenBucket.capacity(rate: rate, burst: burst)
    tat = now.nanoseconds
  }

  /// The tokens a bucket of `burst` can hold: no more than refill in 73 years.
  ///
  /// Beyond that instants would saturate, and a limit that saturates limits nothing.
  static func capacity(rate: Rate, burst: Int) -> Int {
    min(burst, max(1, Int(Int64.max / 4 / interval(of: rate))))
  }

  private static func interval(of rate: Rate) -> Int64 {
    let span = rate.per.wholeNanoseconds
    let exact = span / Int64(rate.allow) + (span % Int64(rate.allow) == 0 ? 0 : 1)
    return exact.clampedAdding((exact - 1) / 10_000 + 1)
  }

  /// When `cost` tokens are there.
  public func availability(cost: Int, at now: Instant) -> Availability {
    if cost > burst { return .never }
    if floored(now).clampedAdding(span(cost)) <= now.nanoseconds.clampedAdding(span(burst)) {
      return .now
    }
    if inFlight + cost > burst { return .afterResponse }
    return .at(instant(whenRoomFor: cost, at: now))
  }

  /// Takes `cost` tokens; they stay in flight until settled.
  public mutating func take(cost: Int, at now: Instant) {
    tat = floored(now).clampedAdding(span(cost))
    inFlight += cost
  }

  /// The provider has charged the request by now.
  public mutating func settle(cost: Int, _ settlement: Settlement, at now: Instant) {
    guard settlement == .horizon || settlement == .response(late: false) else { return }
    // The floor comes before the decrement: refill above the cap never happened.
    tat = floored(now)
    inFlight -= cost
  }

  /// The request was provably never sent.
  public mutating func refund(cost: Int, at now: Instant) {
    tat = floored(now).clampedAdding(-span(cost))
    inFlight -= cost
  }

  /// Whole tokens that can be taken now.
  public func left(at now: Instant) -> Int {
    let ahead = floored(now).clampedAdding(-now.nanoseconds)
    return Int(max(0, span(burst).clampedAdding(-ahead)) / interval)
  }

  /// The earliest instant for `cost` tokens, were no other taken.
  public func instant(whenRoomFor cost: Int, at now: Instant) -> Instant {
    let ready = tat.clampedAdding(span(cost)).clampedAdding(-span(burst))
    return max(now, Instant(nanoseconds: ready))
  }

  /// Whether it holds no memory of any request.
  public func isFull(at now: Instant) -> Bool { inFlight == 0 && tat <= now.nanoseconds }

  private func span(_ count: Int) -> Int64 { interval.clampedMultiplied(by: Int64(count)) }

  private func floored(_ now: Instant) -> Int64 {
    max(tat, now.nanoseconds.clampedAdding(span(inFlight)))
  }
}

extension Int64 {
  /// The sum, saturating.
  func clampedAdding(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }

  /// The product, saturating.
  func clampedMultiplied(by other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
  }
}
