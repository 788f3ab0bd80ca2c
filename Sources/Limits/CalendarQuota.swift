import Timekeeping

/// At most so many units in a calendar day of UTC.
///
/// A new day is believed 1.5 s after midnight (the provider's clock may be behind); what is sent
/// within 2 s before midnight, or before the new day is believed, may fall in either day and is
/// charged to both (limits-science.md 3.4).
public struct CalendarQuota: Sendable {
  static let day: Int64 = 86_400_000_000_000
  static let settling: Int64 = 1_500_000_000
  static let guardSpan: Int64 = 2_000_000_000

  let allow: Int
  private var offset: Int64
  private var today: Int64
  private var used = 0
  private var usedTomorrow = 0
  /// The day before `today` began, with what was charged to it, for a clock that steps back.
  private var earlier = Int64.min
  private var usedEarlier = 0

  /// An unused quota; `wall` is the civil time at `now`.
  public init(allow: Int, wall: WallTime, at now: Instant) {
    self.allow = allow
    offset = wall.nanoseconds.clampedAdding(-now.nanoseconds)
    today = 0
    today = dayNumber(at: now)
  }

  /// Follows a step of the wall clock.
  public mutating func setWallClock(_ wall: WallTime, at now: Instant) {
    roll(to: now)
    offset = wall.nanoseconds.clampedAdding(-now.nanoseconds)
    let day = dayNumber(at: now)
    guard day < today else { return }
    // A clock that steps back must not give a used day again: what was charged since may have
    // fallen in either day.
    usedTomorrow = day + 1 == today ? used : 0
    if day <= earlier {
      used += usedEarlier
      usedEarlier = 0
    }
    today = day
  }

  /// When the day has room for `cost`.
  public mutating func availability(cost: Int, at now: Instant) -> Availability {
    if cost > allow { return .never }
    roll(to: now)
    let fits = used + cost <= allow && (!isStraddling(now) || usedTomorrow + cost <= allow)
    return fits ? .now : .at(start(ofDay: today + 1))
  }

  /// Charges the day, or both days near midnight.
  public mutating func take(cost: Int, at now: Instant) {
    roll(to: now)
    used += cost
    if isStraddling(now) { usedTomorrow += cost }
  }

  /// The request, taken at `taken`, was provably never sent.
  public mutating func refund(cost: Int, taken: Instant, at now: Instant) {
    roll(to: now)
    let day = dayNumber(at: taken)
    for charged in day...(isStraddling(taken) ? day + 1 : day) {
      if charged == today { used = max(0, used - cost) }
      if charged == today + 1 { usedTomorrow = max(0, usedTomorrow - cost) }
    }
  }

  /// Units the day has left.
  public mutating func left(at now: Instant) -> Int {
    roll(to: now)
    return max(0, allow - max(used, isStraddling(now) ? usedTomorrow : 0))
  }

  /// The earliest instant for `cost` more units.
  public mutating func instant(whenRoomFor cost: Int, at now: Instant) -> Instant {
    let missing = cost - left(at: now)
    if missing <= 0 { return now }
    return start(ofDay: today + 1 + Int64((missing - 1) / allow))
  }

  /// Whether nothing is charged to today or tomorrow.
  public mutating func isFull(at now: Instant) -> Bool {
    roll(to: now)
    return used == 0 && usedTomorrow == 0
  }

  private mutating func roll(to now: Instant) {
    let day = dayNumber(at: now)
    guard day > today else { return }
    earlier = today
    usedEarlier = used
    used = day == today + 1 ? usedTomorrow : 0
    usedTomorrow = 0
    today = day
  }

  /// Nanoseconds since the day that is believed at `now` was believed to start, and its number.
  private func believed(_ now: Instant) -> (day: Int64, since: Int64) {
    let time = now.nanoseconds.clampedAdding(offset).clampedAdding(-CalendarQuota.settling)
    let (quotient, remainder) = time.quotientAndRemainder(dividingBy: CalendarQuota.day)
    return remainder < 0 ? (quotient - 1, remainder + CalendarQuota.day) : (quotient, remainder)
  }

  private func dayNumber(at now: Instant) -> Int64 { believed(now).day }

  private func isStraddling(_ now: Instant) -> Bool {
    let edge = CalendarQuota.day - CalendarQuota.settling - CalendarQuota.guardSpan
    return believed(now).since >= edge
  }

  private func start(ofDay day: Int64) -> Instant {
    let wall = day.clampedMultiplied(by: CalendarQuota.day)
    return Instant(
      nanoseconds: wall.clampedAdding(CalendarQuota.settling).clampedAdding(-offset))
  }
}
